import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { freePort } from "@adjourn/testkit";

/** A Redis of our own, which may be stopped, paused and killed. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** It neither answers nor closes anything until {@link resume}. */
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  /** On the same port, empty. */
  start(): Promise<void>;
}

/** @throws where there is no `redis-server` on the path */
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
