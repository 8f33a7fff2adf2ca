import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const appFolder = fileURLToPath(new URL("../..", import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly stderr: string;
}

export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  readonly process: ChildProcess;
  /** Everything it has written to stdout. */
  readonly output: () => string;
  /** Ends it without a chance to do anything, and waits until it is gone. */
  kill(): Promise<void>;
  readonly exited: Promise<Exit>;
}

/** Only what a program needs to run at all: no setting of the machine's may leak into a test. */
const bareEnv = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, ...env });

const program = ["--conditions=adjourn-source", "--import", "tsx", "src/main.ts"];

/** `around` is the command that starts it, where it is not started by itself. */
const spawnMain = (env: NodeJS.ProcessEnv, ...around: readonly string[]) => {
  const [file = process.execPath, ...rest] = [...around, process.execPath, ...program];
  const child = spawn(file, rest, {
    cwd: appFolder,
    env: bareEnv(env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const exited = once(child, "close").then(([code]): Exit => ({ code, stderr }));
  return { child, exited, output: () => stdout };
};

/** Runs the server as it is run for good; it is expected not to start. */
export const runToExit = (env: NodeJS.ProcessEnv): Promise<Exit> => spawnMain(env).exited;

/** Runs the server as it is run for good; it is not expected to serve before it is stopped. */
export const spawnWaiting = async (env: NodeJS.ProcessEnv, ...around: readonly string[]) => {
  const { child, exited, output } = spawnMain({ PORT: "0", ...env }, ...around);
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", () => output().includes("waiting for it") && resolve());
    void exited.then(({ stderr }) => reject(new Error(`did not wait: ${stderr}`)));
  });
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  return { process: child, output, exited, [Symbol.asyncDispose]: kill };
};

/** Runs the server as it is run for good, with its log written to a file. */
export const spawnWithLogTo = (path: string, env: NodeJS.ProcessEnv) => {
  const { child, exited } = spawnMain(env, "sh", "-c", 'log=$1; shift; exec "$@" >"$log"', "sh", path);
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  return { process: child, exited, [Symbol.asyncDispose]: kill };
};

/** Runs the server as it is run for good, on a free port. */
export const spawnServer = async (env: NodeJS.ProcessEnv): Promise<ServerProcess> => {
  const { child, exited, output } = spawnMain({ PORT: "0", ...env });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", () => {
      const found = /"url":"([^"]+)"/.exec(output())?.[1];
      if (found !== undefined) resolve(found);
    });
    void exited.then(({ stderr }) => reject(new Error(`did not start: ${stderr}`)));
  });
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  return { url, process: child, output, kill, exited, [Symbol.asyncDispose]: kill };
};

/** A folder that is gone with the test. */
export const temporaryFolder = async (): Promise<AsyncDisposable & { readonly path: string }> => {
  const path = await mkdtemp(join(tmpdir(), "adjourn-process-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};
