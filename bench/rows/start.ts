import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@adjourn/testkit";
import { memoryOf } from "../load/process-usage.js";
import { serverEnv, serverMain, startServer, temporaryFolder } from "../processes.js";
import { type Effort, inTurn, type Row } from "../row.js";

const floorMain = fileURLToPath(new URL("../floors/start.mjs", import.meta.url));

/** Whether `/readyz` answers 200; a connection that is refused costs little, unlike a whole `fetch`. */
const isReady = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => socket.write("GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
    socket.once("error", () => resolve(false));
    socket.once("data", (head) => {
      resolve(head.subarray(9, 12).toString() === "200");
      socket.destroy();
    });
  });

interface Started {
  readonly milliseconds: number;
  readonly megabytes: number;
}

/** From the start of the process to the first 200 of `/readyz`, and its memory then. */
const start = async (given: readonly string[], port: number, env: NodeJS.ProcessEnv): Promise<Started> => {
  const begun = performance.now();
  const child = spawn(process.execPath, given, { env, stdio: ["ignore", "ignore", "inherit"] });
  const exited = once(child, "exit");
  while (!(await isReady(port))) await new Promise((resolve) => setTimeout(resolve, 1));
  const milliseconds = performance.now() - begun;
  const megabytes = (await memoryOf(child.pid ?? 0)) / 1_024;
  child.kill("SIGKILL");
  await exited;
  return { milliseconds, megabytes };
};

const measure = async (effort: Effort) => {
  await using folder = await temporaryFolder();
  const database = `file:${join(folder.path, "bench.db")}`;
  // Makes the database, and is gone.
  await (await startServer({ DATABASE_URL: database }))[Symbol.asyncDispose]();
  const memory: { ours: number; floor: number }[] = [];
  let floorMegabytes = Number.NaN;
  const floor = async () => {
    const port = await freePort();
    const started = await start([floorMain, String(port), join(folder.path, "floor.db")], port, process.env);
    floorMegabytes = started.megabytes;
    return { value: started.milliseconds };
  };
  const ours = async () => {
    const port = await freePort();
    const started = await start([serverMain], port, serverEnv(port, database));
    memory.push({ ours: started.megabytes, floor: floorMegabytes });
    return { value: started.milliseconds };
  };
  await ours();
  memory.length = 0;
  const rounds = await inTurn({ ...effort, rounds: effort.rounds * 2 }, floor, ours);
  return [
    {
      name: "process start to /readyz, existing database",
      floor: "bare node:http with an open database",
      unit: "ms",
      goal: { of: "value", atMost: 200 } as const,
      rounds,
    },
    {
      name: "memory once ready",
      floor: "the same",
      unit: "MB",
      goal: { of: "value", atMost: 90 } as const,
      rounds: memory,
    },
  ];
};

export const processStart: Row = { name: "start", title: "Start", measure };
