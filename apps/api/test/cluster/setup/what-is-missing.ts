import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { promisify } from "node:util";
import { postgresProgram } from "./postgres-server.js";
import { usualPostgresUrl } from "./test-database.js";

const runs = (program: string): Promise<boolean> =>
  promisify(execFile)(program, ["--version"]).then(
    () => true,
    () => false,
  );

const listens = async (url: string): Promise<boolean> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port || 5_432), hostname);
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(3_000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

const findMissing = async (): Promise<string | null> => {
  const url = process.env.TEST_POSTGRES_URL;
  if (url === undefined && !(await listens(usualPostgresUrl)) && !(await runs(postgresProgram("initdb"))))
    return "a Postgres on the usual port, in TEST_POSTGRES_URL or installed";
  // The tests pause and kill it, so one that others use won't do.
  return (await runs("redis-server")) ? null : "a redis-server on the path";
};

/** Whether the cluster tests must be skipped. Prints the reason; in CI it is a failure. */
export const cannotRunCluster = async (): Promise<boolean> => {
  const missing = await findMissing();
  return missing !== null && skip("the tests of a cluster", missing);
};

/** The same for a Postgres that a test may crash. */
export const cannotStartPostgres = async (): Promise<boolean> =>
  !(await runs(postgresProgram("initdb"))) && skip("the crash of a Postgres", "one that is installed");

const skip = (what: string, missing: string): true => {
  if (process.env.CI) throw new Error(`For ${what} there must be ${missing}`);
  console.warn(`SKIPPED: ${what}, for want of ${missing}`);
  return true;
};
