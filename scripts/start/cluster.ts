import "./no-arguments.mjs";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import {
  createOwnDatabase,
  ownDatabaseName,
  ownDatabaseUrl,
} from "../../apps/api/test/cluster/setup/own-database.js";
import { startFront } from "../../apps/api/test/cluster/setup/round-robin-front.js";
import "./settings/load-env.mjs";
import { prepare, StepFailed } from "./build/prepare.mjs";
import { runTogether } from "./processes/run-together.mjs";
import { portProblem, tryPort } from "./settings/ports.mjs";

// Two nodes, a front that takes turns between them, and the dashboard, on this machine's Postgres and Redis.

const root = fileURLToPath(new URL("../..", import.meta.url));
const given = process.env;
const host = "127.0.0.1";
/** Where the database is created if none is given. Its own one belongs to the server, so nothing is written to that. */
const serverUrl = given.TEST_POSTGRES_URL || `postgres://postgres@${host}:5432/postgres`;
const databaseUrl = given.DATABASE_URL || ownDatabaseUrl(serverUrl);
const redisUrl = given.REDIS_URL || given.TEST_REDIS_URL || `redis://${host}:6379`;
const port = given.PORT || "3000";
const dashboardPort = given.DASHBOARD_PORT || "3001";

const giveUp = (problem: string): never => {
  console.error(problem);
  process.exit(1);
};

const listens = async (url: string, usualPort: number): Promise<boolean> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port || usualPort), hostname.replace(/^\[|\]$/g, ""));
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(3_000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

const withoutPassword = (url: string): string => {
  if (!URL.canParse(url)) return "no address";
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
};

/** What stands in the way of starting, in one line; null where nothing does. */
const findProblem = async (): Promise<string | null> => {
  if (!/^postgres(ql)?:/.test(databaseUrl))
    return `DATABASE_URL is ${withoutPassword(databaseUrl)}, which nodes can't share: set it to postgres://…`;
  if (!(await listens(databaseUrl, 5_432)))
    return `There is no Postgres at ${withoutPassword(databaseUrl)}: start one, or name another in DATABASE_URL.`;
  if (!(await listens(redisUrl, 6_379)))
    return `There is no Redis at ${withoutPassword(redisUrl)}: start one, or name another in REDIS_URL.`;
  return (
    (await portProblem("PORT", port, host)) ?? (await portProblem("DASHBOARD_PORT", dashboardPort, host))
  );
};

const problem = await findProblem();
if (problem !== null) giveUp(problem);
await prepare(root).catch((error: unknown) =>
  giveUp(error instanceof StepFailed ? error.message : String(error)),
);

if (!given.DATABASE_URL) {
  const isNew = await createOwnDatabase(serverUrl).catch((error: unknown) =>
    giveUp(
      `The database ${ownDatabaseName} can't be created at ${withoutPassword(serverUrl)} (${error instanceof Error ? error.message : error}): name one in DATABASE_URL.`,
    ),
  );
  if (isNew) console.log(`Created the database ${ownDatabaseName} at ${withoutPassword(serverUrl)}`);
}

const nodes = [await tryPort(0, host), await tryPort(0, host)].map((nodePort) => ({
  port: String(nodePort),
  url: `http://${host}:${nodePort}`,
}));
const front = await startFront(
  nodes.map(({ url }) => url),
  { port: Number(port) },
);
const env = { ...given, NODE_ENV: "production", LOG_LEVEL: given.LOG_LEVEL || "warn" };
const nodeEnv = { ...env, HOST: host, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, TRUST_PROXY: host };

const welcome = (): void => {
  console.log(`
Two nodes are up.

  Front      ${front.url}  (every request and every socket to the next node)
  Nodes      ${nodes.map(({ url }) => url).join("  ")}
  Dashboard  http://${host}:${dashboardPort}
  Postgres   ${withoutPassword(databaseUrl)}
  Redis      ${withoutPassword(redisUrl)}

A node that ends leaves the rest running. Ctrl-C stops all.
`);
};

const drainSeconds = Number(given.DRAIN_DELAY_SECONDS || 0) + Number(given.DRAIN_SECONDS || 30);
const { ok, problem: left } = await runTogether(
  [
    ...nodes.map((node, index) => ({
      name: `Node ${index + 1}`,
      file: `${root}apps/api/dist/main.js`,
      env: { ...nodeEnv, PORT: node.port },
      address: `${node.url}/readyz`,
    })),
    {
      name: "The dashboard",
      file: `${root}apps/dashboard/dist/serve.js`,
      env: { ...env, API_URL: front.url, PUBLIC_API_URL: given.PUBLIC_API_URL || front.url },
      address: `http://${host}:${dashboardPort}/`,
    },
  ],
  {
    graceMs: (drainSeconds + 10) * 1_000,
    onReady: welcome,
    onLeft: (what) => console.log(`${what}; the others go on`),
  },
);
await front[Symbol.asyncDispose]();
if (left !== null) console.error(left);
if (!ok) process.exitCode = 1;
