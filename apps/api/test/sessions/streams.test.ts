import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { eventsPath } from "../setup/subscribing.js";
import { startTestServer, type TestServer, typewriterId, until } from "../setup/test-server.js";
import { createSession, restWire, trpcHttpWire } from "../setup/wires.js";

const listenersOf = async (server: TestServer): Promise<number> => {
  const { body } = await restWire(server.url).call("listSessions");
  return (body.sessions as { listeners: number }[]).reduce((sum, { listeners }) => sum + listeners, 0);
};

/** A GET by hand, so that reading can stop. */
const get = async (server: TestServer, path: string): Promise<Socket> => {
  const { hostname, port } = new URL(server.url);
  const peer = connect(Number(port), hostname);
  peer.on("error", () => {});
  peer.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAccept: text/event-stream\r\n\r\n`);
  await once(peer, "readable");
  return peer;
};

/** A message of some 14 KB, and its reply, eighteen times. */
const sendSome = async (server: TestServer, sessionId: string): Promise<void> => {
  const wire = trpcHttpWire(server.url);
  const message = { sessionId, content: "x".repeat(4_000), metadata: { padding: "y".repeat(9_000) } };
  await Promise.all(Array.from({ length: 18 }, () => wire.call("sendSessionMessage", message)));
};

const flood = async (server: TestServer, sessionId: string): Promise<void> => {
  for (let sent = 0; (await listenersOf(server)) === 1 && sent < 4_000; sent += 18)
    await sendSome(server, sessionId);
};

describe.each([
  {
    wire: "SSE",
    path: (sessionId: string, lastEventId?: string) =>
      `${eventsPath(sessionId)}${lastEventId === undefined ? "" : `?lastEventId=${lastEventId}`}`,
  },
  {
    wire: "tRPC over SSE",
    path: (sessionId: string, lastEventId?: string) =>
      `/trpc/sessionEvents?input=${encodeURIComponent(JSON.stringify({ sessionId, lastEventId }))}`,
  },
])("on $wire", ({ path }) => {
  it("a listener that does not read is cut, and nothing piles up for it", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(trpcHttpWire(server.url));
    const peer = await get(server, path(sessionId));
    await until(async () => (await listenersOf(server)) === 1);
    await flood(server, sessionId);
    expect(await listenersOf(server)).toBe(0);
    peer.destroy();
  });

  it("a listener that stops reading what it missed is cut after a while", async () => {
    // Longer than the process may stand still while it sends the messages below: Node cuts a silent connection after it.
    await using server = await startTestServer({}, { connectionTimeouts: { stalledReadMs: 1_500 } });
    const { sessionId } = await createSession(trpcHttpWire(server.url));
    const first = await get(server, path(sessionId));
    const lastEventId = /"?id"?: ?"?([\w.-]+)/.exec(String(first.read()))?.[1] ?? "";
    first.destroy();
    await until(async () => (await listenersOf(server)) === 0);
    // More than what the kernel takes for a reader that does not.
    for (let sent = 0; sent < 24; sent += 1) await sendSome(server, sessionId);
    const late = await get(server, path(sessionId, lastEventId));
    await until(async () => (await listenersOf(server)) === 1);
    await until(async () => (await listenersOf(server)) === 0);
    late.destroy();
  });

  it("a listener that does not read does not delay the end, and is cut a second later", async () => {
    await using server = await startTestServer();
    const wire = trpcHttpWire(server.url);
    const tookMs: number[] = [];
    // The quickest of some: a busy machine may hold one up for a second, an end that waits for the cut takes it each time.
    for (let round = 0; round < 5; round += 1) {
      const { sessionId } = await createSession(wire);
      const peer = await get(server, path(sessionId));
      await until(async () => (await listenersOf(server)) === 1);
      const began = performance.now();
      expect((await wire.call("endSession", { sessionId })).status).toBe(200);
      tookMs.push(performance.now() - began);
      peer.destroy();
    }
    expect(Math.min(...tookMs)).toBeLessThan(1_000);
  });

  it("a listener that vanishes is detected, and ends nothing", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(trpcHttpWire(server.url));
    const peer = await get(server, path(sessionId));
    await until(async () => (await listenersOf(server)) === 1);
    peer.destroy();
    await until(async () => (await listenersOf(server)) === 0);
    expect((await restWire(server.url).call("getSession", { sessionId })).status).toBe(200);
  });
});

describe("a reply over SSE", () => {
  const send = (server: TestServer, sessionId: string, input: Record<string, unknown>) =>
    fetch(`${server.url}/api/messaging/sessions/${sessionId}/messages`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ transport: "sse", ...input }),
    });

  it("comes as user_message, chunks and done", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url), { agentId: typewriterId });
    const text = await (await send(server, sessionId, { content: "one two" })).text();
    const names = [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
    expect(names).toEqual(["user_message", "chunk", "chunk", "done"]);
  });

  it("ends with SESSION_ENDED when the session ends, and nothing of it is stored", async () => {
    await using server = await startTestServer();
    const wire = restWire(server.url);
    const { sessionId, channelId } = await createSession(wire, { agentId: typewriterId });
    const response = await send(server, sessionId, { content: "one two", metadata: { delayMs: 60_000 } });
    await wire.call("endSession", { sessionId });
    const text = await response.text();
    expect(text).toMatch(/event: error\ndata: .*"code":"SESSION_ENDED"/);
    expect((await wire.call("getChannelMessages", { channelId })).body.messages).toHaveLength(1);
  });
});
