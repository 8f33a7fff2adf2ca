import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { freePort } from "@adjourn/testkit";

/** A Redis process of the test, which it can pause, kill and start again. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** Stops the process, which then neither answers nor closes connections until {@link resume}. */
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  /** Starts it again on the same port, without data. */
  start(): Promise<void>;
}

/** @throws if there is no `redis-server` on the path */
export const startRedis = async (): Promise<RedisServer> => {
  const port = await freePort();
  let running: ChildProcess | null = await spawnRedis(port);
  const kill = async () => {
    if (!running) return;
    const exited = once(running, "exit");
    running.kill("SIGKILL");
    running = null;
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => void running?.kill("SIGSTOP"),
    resume: () => void running?.kill("SIGCONT"),
    kill,
    async start() {
      running = await spawnRedis(port);
    },
    [Symbol.asyncDispose]: kill,
  };
};

const spawnRedis = async (port: number): Promise<ChildProcess> => {
  const flags = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--port", String(port)];
  const server = spawn("redis-server", flags, { stdio: ["ignore", "pipe", "inherit"] });
  await once(server, "spawn");
  for await (const line of createInterface({ input: server.stdout }))
    if (line.includes("Ready to accept connections")) {
      server.stdout.resume();
      return server;
    }
  throw new Error(`redis-server did not start on port ${port}`);
};
