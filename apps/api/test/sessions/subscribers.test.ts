import { describe, expect, it } from "vitest";
import { hasReceived, listenerWires } from "../setup/subscribing.js";
import { startTestServer, typewriterId } from "../setup/test-server.js";
import { createSession, trpcHttpWire } from "../setup/wires.js";

const unknownId = "00000000-0000-4000-8000-00000000dead";

describe.each(listenerWires)("a listener on $wire", ({ listen }) => {
  it("receives session.started first, later events in order, and session.ended last; then it is dropped", async () => {
    await using server = await startTestServer();
    const wire = trpcHttpWire(server.url);
    const { sessionId } = await createSession(wire);
    await using received = listen(server.url, sessionId);
    await hasReceived(received, "session.started");
    await wire.call("sendSessionMessage", { sessionId, content: "one two", transport: "http" });
    await hasReceived(received, "message", 2);
    await wire.call("endSession", { sessionId, reason: "enough" });
    expect(await received.over).toEqual({ how: "ended" });
    const types = received.events.map(({ type }) => type);
    expect(types[0]).toBe("session.started");
    expect(types.at(-1)).toBe("session.ended");
    expect(types.filter((type) => type === "session.ended")).toHaveLength(1);
    expect(types.indexOf("message.delta")).toBeGreaterThan(types.indexOf("message"));
    expect(received.events.at(-1)).toMatchObject({ cause: "requested", reason: "enough", sessionId });
    expect(new Set(received.events.map(({ id }) => id)).size).toBe(received.events.length);
  });

  it("resumes after its last id, with nothing lost and nothing repeated", async () => {
    await using server = await startTestServer();
    const wire = trpcHttpWire(server.url);
    const { sessionId } = await createSession(wire);
    const send = (content: string) =>
      wire.call("sendSessionMessage", { sessionId, content, transport: "http" });
    const first = listen(server.url, sessionId);
    await hasReceived(first, "session.started");
    await send("first");
    await hasReceived(first, "message", 2);
    first.leave();
    const lastEventId = first.events.filter(({ type }) => type === "message")[0]?.id;
    await send("second");
    await using received = listen(server.url, sessionId, { lastEventId });
    await hasReceived(received, "message", 3);
    await wire.call("endSession", { sessionId });
    await received.over;
    const contents = received.events.flatMap((event) =>
      event.type === "message" ? [event.message.content] : [],
    );
    expect(contents).toEqual(["first", "second", "second"]);
    expect(received.events[0]?.type).toBe("session.started");
  });

  it("is refused with 404 where the session never existed", async () => {
    await using server = await startTestServer();
    await using received = listen(server.url, unknownId);
    expect(await received.over).toEqual({ how: "refused", code: "SESSION_NOT_FOUND" });
  });

  it("is refused with 404 where the session was ended", async () => {
    await using server = await startTestServer();
    const wire = trpcHttpWire(server.url);
    const { sessionId } = await createSession(wire);
    await wire.call("endSession", { sessionId });
    await using received = listen(server.url, sessionId);
    expect(await received.over).toEqual({ how: "refused", code: "SESSION_NOT_FOUND" });
    expect(received.events).toEqual([]);
  });

  it.each(["not-an-id", "", `${unknownId}.0.a-1`])(
    "is refused with 400 for the last id %j",
    async (lastEventId) => {
      await using server = await startTestServer();
      const { sessionId } = await createSession(trpcHttpWire(server.url));
      await using received = listen(server.url, sessionId, { lastEventId });
      expect(await received.over).toMatchObject({ how: "refused", code: "VALIDATION_ERROR" });
    },
  );

  it("is refused with 400 for a last id whose tail was changed", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(trpcHttpWire(server.url));
    await using first = listen(server.url, sessionId);
    await hasReceived(first, "session.started");
    await using received = listen(server.url, sessionId, { lastEventId: `${first.events[0]?.id}_` });
    expect(await received.over).toMatchObject({ how: "refused", code: "VALIDATION_ERROR" });
  });

  it("is refused with 400 for a last id that is ahead of the session", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(trpcHttpWire(server.url));
    await using received = listen(server.url, sessionId, { lastEventId: `${sessionId}.7.m` });
    expect(await received.over).toMatchObject({ how: "refused", code: "VALIDATION_ERROR" });
  });

  it("gets every invalid field", async () => {
    await using server = await startTestServer();
    await using received = listen(server.url, "t".repeat(129), { lastEventId: "t".repeat(257) });
    expect(await received.over).toEqual({
      how: "refused",
      code: "VALIDATION_ERROR",
      paths: ["sessionId", "lastEventId"],
    });
  });

  it("leaves without ending anything: a reply under way is written to its end", async () => {
    await using server = await startTestServer();
    const wire = trpcHttpWire(server.url);
    const { sessionId } = await createSession(wire, { agentId: typewriterId });
    const received = listen(server.url, sessionId);
    await hasReceived(received, "session.started");
    const reply = wire.call("sendSessionMessage", {
      sessionId,
      content: "a b c d",
      metadata: { delayMs: 20 },
      transport: "http",
    });
    await hasReceived(received, "message.delta");
    received.leave();
    expect((await reply).body.agentResponse).toMatchObject({ content: "a b c d" });
  });
});
