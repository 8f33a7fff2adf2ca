import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@adjourn/testkit";

const root = fileURLToPath(new URL("..", import.meta.url));
export const serverMain = join(root, "apps/api/dist/main.js");

export interface Running extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  readonly process: ChildProcess;
}

export const serverEnv = (port: number, databaseUrl: string, more: NodeJS.ProcessEnv = {}) => ({
  ...process.env,
  HOST: "127.0.0.1",
  PORT: String(port),
  DATABASE_URL: databaseUrl,
  LOG_LEVEL: "error",
  RATE_LIMIT_PER_MINUTE: "0",
  DRAIN_SECONDS: "0",
  ...more,
});

/** A folder that is deleted with what is in it, also when the run is interrupted. */
export const temporaryFolder = async () => {
  const path = await mkdtemp(join(tmpdir(), "adjourn-bench-"));
  const remove = () => rmSync(path, { recursive: true, force: true });
  process.once("exit", remove);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      process.off("exit", remove);
      await rm(path, { recursive: true, force: true });
    },
  };
};

/** Starts the built server as `npm run serve` does, with a new database file unless `env` names one. */
export const startServer = async (
  env: NodeJS.ProcessEnv = {},
  nodeArguments: readonly string[] = [],
): Promise<Running> => {
  const folder = await temporaryFolder();
  const port = await freePort();
  const child = spawn(process.execPath, [...nodeArguments, serverMain], {
    env: serverEnv(port, `file:${join(folder.path, "bench.db")}`, env),
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return running(child, port, () => folder[Symbol.asyncDispose]());
};

export type Floor = "http-sqlite" | "http-postgres" | "trpc" | "web-socket" | "redis-close";

const floorFile = (floor: Floor): string => fileURLToPath(new URL(`./floors/${floor}.ts`, import.meta.url));

/** Starts a floor program: its arguments are the port, a folder of its own, and the address of a service. */
export const startFloor = async (
  floor: Floor,
  { serviceUrl = "", nodeArguments = [] }: { serviceUrl?: string; nodeArguments?: readonly string[] } = {},
): Promise<Running> => {
  const folder = await temporaryFolder();
  const port = await freePort();
  const child = spawn(
    process.execPath,
    ["--import", "tsx", ...nodeArguments, floorFile(floor), String(port), folder.path, serviceUrl],
    { cwd: root, stdio: ["ignore", "ignore", "inherit", "ipc"] },
  );
  return running(child, port, () => folder[Symbol.asyncDispose]());
};

const running = async (child: ChildProcess, port: number, cleanUp: () => Promise<void>): Promise<Running> => {
  const url = `http://127.0.0.1:${port}`;
  const exited = once(child, "exit");
  // A run that fails or is interrupted leaves no process behind.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  while (!(await answers(`${url}/readyz`))) {
    if (child.exitCode !== null) throw new Error(`No answer from ${url}: the process has ended`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    port,
    url,
    pid: child.pid ?? 0,
    process: child,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await exited;
      process.off("exit", kill);
      await cleanUp();
    },
  };
};

export const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
