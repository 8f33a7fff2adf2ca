import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { openSessionSocket } from "../setup/session-socket.js";
import { startTestServer, type TestServer, typewriterId, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";

const heldSessions = async ({ url }: TestServer): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^adjourn_held_sessions (\d+)$/m.exec(text)?.[1]);
};

describe("a tRPC socket that was opened for one session, without a subscription", () => {
  it("that made calls only is closed with 4410 when its session ends, and was no listener", async () => {
    await using server = await startTestServer();
    const wire = restWire(server.url);
    const { sessionId } = await createSession(wire);
    using peer = await openSessionSocket(server.url, sessionId);
    await peer.ask("query", "getSession", { sessionId });
    const { body } = await wire.call("listSessions");
    expect(body.sessions).toMatchObject([{ sessionId, listeners: 0 }]);
    await wire.call("endSession", { sessionId });
    expect(await peer.closed).toBe("4410 session ended");
    expect((await wire.call("getEnding", { sessionId })).body).toMatchObject({ listenersDropped: 0 });
  });

  it("whose subscription was stopped is closed with 4410 too", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    using peer = await openSessionSocket(server.url, sessionId);
    const id = peer.call("subscription", "sessionEvents", { sessionId });
    await until(() => peer.answers.length === 2);
    peer.socket.send(JSON.stringify({ id, method: "subscription.stop" }));
    await until(() => peer.answers.at(-1)?.result?.type === "stopped");
    await restWire(server.url).call("endSession", { sessionId });
    expect(await peer.closed).toBe("4410 session ended");
  });

  it("answers the calls that cross the end, its own end included, before it is closed", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url), { agentId: typewriterId });
    using peer = await openSessionSocket(server.url, sessionId);
    const metadata = { delayMs: 60_000 };
    const send = { sessionId, content: "a b", metadata, transport: "http" };
    const sent = peer.ask("mutation", "sendSessionMessage", send);
    await until(async () => {
      const { body } = await restWire(server.url).call("getSessionMessages", { sessionId });
      return (body.messages as unknown[]).length === 1;
    });
    const ended = peer.ask("mutation", "endSession", { sessionId });
    expect((await sent).error?.data.session.code).toBe("SESSION_ENDED");
    expect((await ended).result?.data).toMatchObject({ success: true });
    const late = await peer.ask("query", "getSession", { sessionId });
    expect(late.error?.data.session.code).toBe("SESSION_NOT_FOUND");
    expect(await peer.closed).toBe("4410 session ended");
  });

  it("is closed although it watches all sessions and has a call to another one under way", async () => {
    await using server = await startTestServer();
    const wire = restWire(server.url);
    const { sessionId } = await createSession(wire);
    const other = await createSession(wire, { agentId: typewriterId });
    using peer = await openSessionSocket(server.url, sessionId);
    peer.call("subscription", "sessionEvents", { sessionId: other.sessionId });
    peer.call("mutation", "sendSessionMessage", {
      sessionId: other.sessionId,
      content: "a b",
      metadata: { delayMs: 60_000 },
      transport: "http",
    });
    peer.call("subscription", "adminEvents");
    await until(() => JSON.stringify(peer.answers).includes('"type":"message"'));
    await wire.call("endSession", { sessionId });
    expect(await peer.closed).toBe("4410 session ended");
  });

  it("is closed although another socket of its session has left", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    const [leaving, staying] = [
      await openSessionSocket(server.url, sessionId),
      await openSessionSocket(server.url, sessionId),
    ];
    for (const peer of [leaving, staying]) await peer.ask("query", "getSession", { sessionId });
    leaving.socket.close();
    await leaving.closed;
    await restWire(server.url).call("endSession", { sessionId });
    expect(await staying.closed).toBe("4410 session ended");
  });

  it("that leaves first leaves nothing behind", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    const peers = await Promise.all([1, 2, 3].map(() => openSessionSocket(server.url, sessionId)));
    for (const peer of peers) await peer.ask("query", "getSession", { sessionId });
    expect(await heldSessions(server)).toBe(1);
    for (const peer of peers) peer.socket.terminate();
    await until(async () => (await heldSessions(server)) === 0);
  });
});

describe("a tRPC socket that is opened for a session that is over", () => {
  it("stays open, and gets the first answer again for the key that ended it (E11)", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    const end = { sessionId, idempotencyKey: "the one" };
    using first = await openSessionSocket(server.url, sessionId);
    const { result } = await first.ask("mutation", "endSession", end);
    expect(await first.closed).toBe("4410 session ended");
    using second = await openSessionSocket(server.url, sessionId);
    expect((await second.ask("mutation", "endSession", end)).result).toEqual(result);
    const refused = await second.ask("query", "getSession", { sessionId });
    expect(refused.error?.data.session.code).toBe("SESSION_NOT_FOUND");
    expect(await heldSessions(server)).toBe(0);
    expect(second.socket.readyState).toBe(WebSocket.OPEN);
  });

  it.each(["", "x".repeat(1_000), "a\0b"])(
    "serves calls for %j too, which is no session's id",
    async (id) => {
      await using server = await startTestServer();
      using peer = await openSessionSocket(server.url, id);
      const { result } = await peer.ask("query", "listAgents");
      expect(result?.type).toBe("data");
      expect(await heldSessions(server)).toBe(0);
    },
  );
});
