import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

export interface Child extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
}

/** Starts the built API server as its own process with a new database file. */
export const startServer = async (env: Record<string, string> = {}): Promise<Child> => {
  const folder = await mkdtemp(join(tmpdir(), "adjourn-bench-"));
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [...(process.env.BENCH_NODE_ARGS?.split(" ") ?? []), join(root, "apps/api/dist/main.js")],
    {
      env: {
        ...process.env,
        HOST: "127.0.0.1",
        PORT: String(port),
        DATABASE_URL: `file:${join(folder, "bench.db")}`,
        LOG_LEVEL: "error",
        RATE_LIMIT_PER_MINUTE: "0",
        DRAIN_SECONDS: "0",
        ...env,
      },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  return ready(child, port, () => rm(folder, { recursive: true, force: true }));
};

/** Starts one of the floor programs of this folder as its own process. */
export const startFloor = async (program: "http-floor" | "ws-floor"): Promise<Child> => {
  const port = await freePort();
  const file = fileURLToPath(new URL(`./${program}.ts`, import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", file, String(port)], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return ready(child, port, async () => {});
};

const ready = async (child: ChildProcess, port: number, cleanUp: () => Promise<void>): Promise<Child> => {
  const url = `http://127.0.0.1:${port}`;
  const exited = once(child, "exit");
  for (let tries = 0; ; tries++) {
    const answered = await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) break;
    if (tries > 200 || child.exitCode !== null) throw new Error(`No answer from ${url}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await exited;
      await cleanUp();
    },
  };
};

const freePort = async (): Promise<number> => {
  const { createServer } = await import("node:net");
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port was free");
  return address.port;
};
