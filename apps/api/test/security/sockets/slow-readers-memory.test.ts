import { connect } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { batchOfPages, fillChannel } from "../../setup/large-channel.js";
import { spawnServer, temporaryFolder } from "../../setup/server-process.js";

const mebibyte = 1_024 * 1_024;
const readers = 12;

const median = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

/** How long answers take, one after the other, for as long as `goOn` says. */
const timeAnswers = async (url: string, goOn: (asked: number) => boolean): Promise<number> => {
  const times: number[] = [];
  while (goOn(times.length)) {
    const startedAt = performance.now();
    expect((await fetch(`${url}/api/agents`)).status).toBe(200);
    times.push(performance.now() - startedAt);
  }
  return median(times);
};

const residentBytes = async (url: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^adjourn_process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
};

it("a dozen peers that request much and read nothing neither fill the memory nor stall others", async () => {
  await using folder = await temporaryFolder();
  await using server = await spawnServer({
    DATABASE_URL: `file:${join(folder.path, "adjourn.db")}`,
    // What is held of answers would fill this many times over.
    NODE_OPTIONS: "--max-old-space-size=256",
  });
  const sessionId = await fillChannel(server.url);
  const idleMs = await timeAnswers(server.url, (asked) => asked < 50);
  const before = await residentBytes(server.url);
  const peers = Array.from({ length: readers }, () => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.on("error", () => {});
    socket.pause();
    socket.write(batchOfPages(server.url, sessionId).repeat(10));
    return socket;
  });
  // Each has been answered something by the time its first bytes are here, or it is cut.
  const answered = Promise.all(
    peers.map((peer) => new Promise((resolve) => peer.once("readable", resolve).once("close", resolve))),
  );
  for (const peer of peers) peer.read(0);
  let isAnswered = false;
  void answered.then(() => {
    isAnswered = true;
  });
  const busyMs = await timeAnswers(server.url, (asked) => asked < 50 || !isAnswered);
  const after = await residentBytes(server.url);
  for (const peer of peers) peer.destroy();
  expect(after - before).toBeLessThan(250 * mebibyte);
  expect(busyMs).toBeLessThan(idleMs * 100);
  expect(server.process.exitCode).toBeNull();
});
