import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type TemporaryRepo, temporaryRepo } from "../../checks/temporary-repo.js";
import { tryPort } from "../settings/ports.mjs";

/** Listens, says its process id, and dies when it is asked to over HTTP. */
const program = `
  import { createServer } from "node:http";
  if (process.env.BROKEN === process.env.NAME) { console.log("can't"); process.exit(1); }
  const server = createServer((request, response) => {
    response.end("ok");
    if (request.url === "/die") process.exit(7);
  });
  server.listen(process.env.PORT, "127.0.0.1", () => console.log("pid " + process.pid));
  process.on("SIGTERM", () => { console.log("asked to stop"); process.exit(0); });
`;

const starter = `
  import { runTogether } from ${JSON.stringify(new URL("./run-together.mjs", import.meta.url).href)};
  const [program, ...ports] = process.argv.slice(2);
  const programs = ports.map((port, index) => ({
    name: "Program " + index, file: program,
    env: { PORT: port, NAME: String(index), BROKEN: process.env.BROKEN }, address: "http://127.0.0.1:" + port,
  }));
  const onLeft = process.env.GO_ON ? (what) => console.log("left: " + what) : undefined;
  const onReady = () => console.log("ready");
  const { ok, problem } = await runTogether(programs, { graceMs: 5000, onReady, onLeft });
  if (problem !== null) console.log(problem);
  process.exitCode = ok ? 0 : 1;
`;

let repo: TemporaryRepo;
beforeEach(() => {
  repo = temporaryRepo({ "program.mjs": program, "starter.mjs": starter });
});
afterEach(() => repo[Symbol.dispose]());

/** Not one of those that the system gives to outgoing connections, or one of them could take it in between. */
const freePort = (): Promise<number> => tryPort(randomInt(10_000, 30_000), "127.0.0.1").catch(freePort);

const start = async (env: NodeJS.ProcessEnv = {}) => {
  const ports = [await freePort(), await freePort()];
  const args = [join(repo.root, "starter.mjs"), join(repo.root, "program.mjs"), ...ports.map(String)];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const reader = createInterface(child.stdout);
  const ready = new Promise<void>((resolve) => {
    reader.on("line", (line) => {
      lines.push(line);
      if (line === "ready") resolve();
    });
  });
  // The pipe ends when the last process that holds it has left, orphans included.
  const allGone = once(reader, "close");
  const exited = once(child, "exit");
  await Promise.race([ready, allGone]);
  const pids = lines.filter((line) => line.startsWith("pid ")).map((line) => Number(line.slice(4)));
  return { child, exited, allGone, lines, pids, ports };
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s stops every program, each asked once, and is no failure",
  async (signal) => {
    const { child, exited, allGone, lines, pids } = await start();
    // Twice at once, as a Ctrl-C comes through npm.
    child.kill(signal);
    child.kill(signal);
    expect(await exited).toEqual([0, null]);
    await allGone;
    expect(lines.filter((line) => line === "asked to stop")).toHaveLength(2);
    expect(pids.map(isAlive)).toEqual([false, false]);
  },
);

test("where one program dies the other is stopped, and the exit code says so", async () => {
  const { exited, allGone, lines, pids, ports } = await start();
  await fetch(`http://127.0.0.1:${ports[0]}/die`).catch(() => {});
  expect(await exited).toEqual([1, null]);
  await allGone;
  expect(lines).toContain("Program 0 ended with 7");
  expect(pids.map(isAlive)).toEqual([false, false]);
});

test("where the rest may go on they do, until they are asked to stop", async () => {
  const { child, exited, allGone, lines, ports } = await start({ GO_ON: "1" });
  await fetch(`http://127.0.0.1:${ports[0]}/die`).catch(() => {});
  await expect.poll(() => lines).toContain("left: Program 0 ended with 7");
  expect((await fetch(`http://127.0.0.1:${ports[1]}/`)).status).toBe(200);
  child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
  await allGone;
});

test("a starter that is killed without a word leaves no orphan", async () => {
  const { child, allGone, lines } = await start();
  child.kill("SIGKILL");
  await allGone;
  expect(lines.filter((line) => line === "asked to stop")).toHaveLength(2);
});

test.each([undefined, "1"])(
  "one that can't start has the last word: nothing starts after it, and nothing is said of it (may go on: %s)",
  async (goOn) => {
    const { exited, lines } = await start({ BROKEN: "0", ...(goOn ? { GO_ON: goOn } : {}) });
    expect(await exited).toEqual([1, null]);
    expect(lines).toEqual(["can't"]);
  },
);

test("one that can't start stops those that started before it", async () => {
  const { exited, lines, pids } = await start({ BROKEN: "1" });
  expect(await exited).toEqual([1, null]);
  expect(lines).toEqual([expect.stringMatching(/^pid/), "can't", "asked to stop"]);
  expect(pids.map(isAlive)).toEqual([false]);
});
