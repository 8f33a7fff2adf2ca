import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { freePort } from "@adjourn/testkit";

/** A Redis of our own, to be paused, killed and started again with nothing in it. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** It neither answers nor closes anything until {@link resume}. */
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** @throws where there is no `redis-server` on the path */
export const startRedis = async (): Promise<RedisServer> => {
  const port = await freePort();
  let server: ChildProcess | null = await spawnRedis(port);
  process.once("exit", () => server?.kill("SIGKILL"));
  const kill = async (): Promise<void> => {
    const killed = server;
    server = null;
    if (!killed) return;
    const exited = once(killed, "exit");
    killed.kill("SIGKILL");
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => void server?.kill("SIGSTOP"),
    resume: () => void server?.kill("SIGCONT"),
    kill,
    start: async () => {
      server = await spawnRedis(port);
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
