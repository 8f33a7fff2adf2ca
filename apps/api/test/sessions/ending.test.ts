import { describe, expect, it } from "vitest";
import { startTestServer, typewriterId, until, userId } from "../setup/test-server.js";
import { createSession, restWire, wires } from "../setup/wires.js";

const unknownId = "00000000-0000-4000-8000-00000000dead";
const slow = { agentId: typewriterId };
/** A reply that takes longer than any test. */
const neverDone = { content: "one two three", metadata: { delayMs: 60_000 } };

describe.each(wires)("ending a session over $wire", ({ open }) => {
  it("answers exactly one of many concurrent calls with 200, all others with 404", async () => {
    await using server = await startTestServer();
    await using wire = open(server.url);
    const { sessionId } = await createSession(wire);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => wire.call("endSession", { sessionId })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(19).fill(404)]);
    const refused = answers.find(({ status }) => status === 404);
    expect(refused).toMatchObject({ code: "SESSION_NOT_FOUND", details: { sessionId } });
  });

  it("answers as documented", async () => {
    await using server = await startTestServer();
    await using wire = open(server.url);
    const { sessionId } = await createSession(wire);
    const { body } = await wire.call("endSession", { sessionId });
    expect(body).toMatchObject({ success: true, message: `Session ${sessionId} deleted successfully` });
  });

  it("is 404 for a session that never existed", async () => {
    await using server = await startTestServer();
    await using wire = open(server.url);
    expect(await wire.call("endSession", { sessionId: unknownId })).toMatchObject({
      status: 404,
      code: "SESSION_NOT_FOUND",
      details: { sessionId: unknownId },
    });
  });

  it.each([
    ["getSession", {}],
    ["renewSession", {}],
    ["updateSessionTimeout", { timeoutMinutes: 10 }],
    ["sessionHeartbeat", {}],
    ["sendSessionMessage", { content: "hello?" }],
    ["sendSessionMessage", { content: "hello?", transport: "http" }],
    ["getSessionMessages", {}],
    ["endSession", {}],
  ])("makes %s %j a 404 from then on", async (operation, input) => {
    await using server = await startTestServer();
    await using wire = open(server.url);
    const { sessionId } = await createSession(wire);
    await wire.call("endSession", { sessionId });
    expect(await wire.call(operation, { sessionId, ...input })).toMatchObject({
      status: 404,
      code: "SESSION_NOT_FOUND",
    });
  });

  it("fails callers that wait for a reply with SESSION_ENDED at once, and stores nothing of the reply", async () => {
    await using server = await startTestServer();
    await using wire = open(server.url);
    await using other = restWire(server.url);
    const { sessionId, channelId } = await createSession(wire, slow);
    const waiting = wire.call("sendSessionMessage", { sessionId, ...neverDone, transport: "http" });
    await until(async () => {
      const { body } = await other.call("listSessions");
      return (body.sessions as { pendingOperations: number }[])[0]?.pendingOperations === 1;
    });
    const ended = await other.call("endSession", { sessionId, reason: "enough" });
    expect(ended.status).toBe(200);
    expect(await waiting).toMatchObject({
      status: 410,
      code: "SESSION_ENDED",
      details: { cause: "requested", reason: "enough" },
    });
    const { body } = await wire.call("getChannelMessages", { channelId });
    expect((body.messages as { content: string }[]).map(({ content }) => content)).toEqual(["one two three"]);
  });

  it("keeps channel and messages, byte for byte", async () => {
    await using server = await startTestServer();
    await using wire = open(server.url);
    const { sessionId, channelId } = await createSession(wire, { metadata: { topic: "☃" } });
    await wire.call("sendSessionMessage", { sessionId, content: "snow ☃ \u{1F600}", transport: "http" });
    const before = await wire.call("getChannelMessages", { channelId });
    await wire.call("endSession", { sessionId });
    const after = await wire.call("getChannelMessages", { channelId });
    expect(after).toEqual(before);
    expect(after.body.messages).toHaveLength(2);
  });

  it("records who ended it, when and why, and what was cut", async () => {
    await using server = await startTestServer();
    await using wire = open(server.url);
    const { sessionId, channelId } = await createSession(wire, slow);
    await wire.call("sendSessionMessage", { sessionId, ...neverDone });
    await wire.call("endSession", { sessionId, reason: "the user left" });
    await until(async () => {
      const { body } = await wire.call("listEndings");
      return (body.endings as { operationsAborted: number }[])[0]?.operationsAborted === 1;
    });
    const { body } = await wire.call("listEndings");
    expect(body.endings).toEqual([
      expect.objectContaining({
        sessionId,
        channelId,
        userId,
        cause: "requested",
        reason: "the user left",
        endedBy: "anonymous",
        actor: null,
        messageCount: 1,
        listenersDropped: 0,
      }),
    ]);
  });

  it("gives a retry with the same key the first answer again", async () => {
    await using server = await startTestServer();
    await using wire = open(server.url);
    const { sessionId } = await createSession(wire);
    const first = await wire.call("endSession", { sessionId, idempotencyKey: "once" });
    expect(await wire.call("endSession", { sessionId, idempotencyKey: "once" })).toEqual(first);
    expect(await wire.call("endSession", { sessionId, idempotencyKey: "twice" })).toMatchObject({
      status: 404,
    });
  });

  it("ends one session among concurrent sends, and each send that answered success is kept", async () => {
    await using server = await startTestServer();
    await using wire = open(server.url);
    const { sessionId, channelId } = await createSession(wire, slow);
    const send = (index: number) =>
      wire.call("sendSessionMessage", { sessionId, content: `message ${index}` });
    const sends = Array.from({ length: 9 }, (_, index) => send(index));
    const end = wire.call("endSession", { sessionId });
    const late = Array.from({ length: 9 }, (_, index) => send(9 + index));
    const answers = await Promise.all([...sends, ...late]);
    expect((await end).status).toBe(200);
    const accepted = answers.filter(({ status }) => status < 300).map(({ body }) => body.id as string);
    for (const { status, code } of answers) if (status >= 300) expect(code).toBe("SESSION_NOT_FOUND");
    const { body } = await wire.call("getChannelMessages", { channelId, limit: 100 });
    const stored = body.messages as { id: string; isAgent: boolean }[];
    expect(
      stored
        .filter(({ isAgent }) => !isAgent)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(accepted.sort());
  });
});

describe("over REST", () => {
  it("answers with exactly the documented body, and the documented refusal", async () => {
    await using server = await startTestServer();
    await using wire = restWire(server.url);
    const { sessionId } = await createSession(wire);
    const url = `${server.url}/api/messaging/sessions/${sessionId}`;
    const first = await fetch(url, { method: "DELETE" });
    expect(await first.text()).toBe(
      JSON.stringify({ success: true, message: `Session ${sessionId} deleted successfully` }),
    );
    const second = await fetch(url, { method: "DELETE" });
    expect(second.status).toBe(404);
    expect(await second.text()).toBe(
      JSON.stringify({ error: "Session not found", code: "SESSION_NOT_FOUND", details: { sessionId } }),
    );
    expect(second.headers.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});
