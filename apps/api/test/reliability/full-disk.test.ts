import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { hasReceived, listenerWires, plainWs } from "../setup/subscribing.js";
import { startTestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { readChannel } from "./kills/read-channel.js";

const run = promisify(execFile);
const diskBytes = 4 * 1_048_576;
const fillerBytes = 2 * 1_048_576;

interface TinyDisk extends AsyncDisposable {
  readonly path: string;
}

/** A file system of its own of a few megabytes; null where this user may not mount one. */
const mountTinyDisk = async (): Promise<TinyDisk | null> => {
  const path = await mkdtemp(join(tmpdir(), "adjourn-disk-"));
  try {
    await run("mount", ["-t", "tmpfs", "-o", `size=${diskBytes}`, "tmpfs", path]);
  } catch {
    await rm(path, { recursive: true });
    return null;
  }
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      // Lazily: the driver closes its files no sooner than the collector has taken its statements.
      await run("umount", ["--lazy", path]);
      await rm(path, { recursive: true });
    },
  };
};

it("a full disk refuses writes with 503, keeps reads and listeners going, and leaves nothing half done", async ({
  skip,
}) => {
  await using disk = await mountTinyDisk();
  if (!disk) return skip("only root can mount the small disk that this test fills");
  const filler = join(disk.path, "filler");
  await writeFile(filler, Buffer.alloc(fillerBytes));
  const env = { DATABASE_URL: `file:${join(disk.path, "adjourn.db")}` };
  const acknowledged: string[] = [];
  const refused: string[] = [];
  let sessionId: string;
  let channelId: string;
  {
    await using server = await startTestServer(env);
    const wire = restWire(server.url);
    ({ sessionId, channelId } = await createSession(wire));
    await using received = plainWs.listen(server.url, sessionId);
    await hasReceived(received, "session.started");
    const send = async (index: number): Promise<number> => {
      const content = `${index} ${"x".repeat(3_900)}`;
      const { status, code } = await wire.call("sendSessionMessage", { sessionId, content });
      if (status === 201) acknowledged.push(content);
      else {
        expect({ status, code }).toEqual({ status: 503, code: "SERVICE_UNAVAILABLE" });
        refused.push(content);
      }
      return status;
    };
    let index = 0;
    while ((await send(index++)) === 201) expect(index).toBeLessThan(diskBytes / 3_900);

    const byFetch = await fetch(`${server.url}/api/messaging/sessions/${sessionId}/messages`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ content: "x".repeat(3_900) }),
    });
    expect(byFetch.status).toBe(503);
    expect(Number(byFetch.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await byFetch.json()).toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    // Several in one transaction fail together, the small ones with the large.
    const together = await Promise.all([send(index++), send(index++), send(index++)]);
    expect(together).toEqual([503, 503, 503]);

    expect((await wire.call("getSession", { sessionId })).status).toBe(200);
    const readiness = async () => (await fetch(`${server.url}/readyz`)).status;
    await until(async () => (await readiness()) === 503);
    for (const { listen } of listenerWires) {
      await using late = listen(server.url, sessionId);
      await hasReceived(late, "session.started");
    }
    const whileFull = (await readChannel(wire, channelId)).filter(({ isAgent }) => !isAgent);
    expect(whileFull.map(({ content }) => content)).toEqual(acknowledged);

    await rm(filler);
    // By itself: nothing is sent to a node that is not ready, so no write shows that there is space again.
    await until(async () => (await readiness()) === 200);
    await until(async () => (await send(index++)) === 201);
    const stored = await readChannel(wire, channelId);
    const receivedContents = () =>
      received.events.flatMap((event) => (event.type === "message" ? [event.message.content] : []));
    await until(() => receivedContents().length >= stored.length);
    for (const content of refused) expect(receivedContents()).not.toContain(content);
  }
  await using server = await startTestServer(env);
  const wire = restWire(server.url);
  const stored = await readChannel(wire, channelId);
  const said = stored.filter(({ isAgent }) => !isAgent).map(({ content }) => content);
  expect(said).toEqual(acknowledged);
  expect((await wire.call("endSession", { sessionId })).status).toBe(200);
  const { body } = await wire.call("listEndings");
  expect(body.endings).toMatchObject([{ sessionId, messageCount: stored.length }]);
}, 120_000);

it("an end that finds the disk full is 503 and no end: the session lives, and a retry with its key ends it", async ({
  skip,
}) => {
  await using disk = await mountTinyDisk();
  if (!disk) return skip("only root can mount the small disk that this test fills");
  await using server = await startTestServer({ DATABASE_URL: `file:${join(disk.path, "adjourn.db")}` });
  const wire = restWire(server.url);
  const { sessionId } = await createSession(wire);
  await using received = plainWs.listen(server.url, sessionId);
  await hasReceived(received, "session.started");
  const filler = join(disk.path, "filler");
  // Fails once nothing is left, and keeps what it took.
  await writeFile(filler, Buffer.alloc(2 * diskBytes)).catch(() => {});
  const end = () =>
    wire.call("endSession", { sessionId, idempotencyKey: "the-one", reason: "x".repeat(200) });
  expect(await end()).toMatchObject({ status: 503, code: "SERVICE_UNAVAILABLE" });
  expect((await wire.call("getSession", { sessionId })).status).toBe(200);
  expect(received.events.map(({ type }) => type)).toEqual(["session.started"]);
  await rm(filler);
  const ended = await end();
  expect(ended.status).toBe(200);
  expect(await received.over).toEqual({ how: "ended" });
  expect(await end()).toEqual(ended);
}, 60_000);
