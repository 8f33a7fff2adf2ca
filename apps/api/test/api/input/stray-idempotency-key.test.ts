import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer, userId } from "../../setup/test-server.js";
import { createSession, wires } from "../../setup/wires.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const takeNone = [
  ["listSessions", {}],
  ["getSessionsHealth", {}],
  ["getSession", {}],
  ["renewSession", {}],
  ["updateSessionTimeout", { timeoutMinutes: 60 }],
  ["sessionHeartbeat", {}],
  ["cancelReply", { messageId: "no-such-reply" }],
  ["getSessionMessages", {}],
  ["getChannelMessages", {}],
  ["eraseChannel", {}],
  ["listEndings", {}],
  ["getEnding", {}],
  ["eraseUser", { userId: "5d3e2f10-6b7c-4d8e-9f01-23456789abcd" }],
  ["getStatistics", { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" }],
  ["endSessions", { userId }],
  ["issueTicket", {}],
  ["listAgents", {}],
] as const;

describe.each(wires)("an idempotency key over $wire", ({ open }) => {
  it.each(takeNone)("is refused by %s, which takes none, and nothing happens", async (operation, input) => {
    await using wire = open(server.url);
    const { sessionId, channelId } = await createSession(wire);
    const ids = { sessionId, channelId };
    // The input of a bulk end is strict: it may not name a session in this way.
    const named = operation === "endSessions" ? {} : ids;
    const before = (await wire.call("getSession", ids)).body;
    const answer = await wire.call(operation, { ...named, ...input, idempotencyKey: "once" });
    expect(answer).toMatchObject({ status: 400, code: "VALIDATION_ERROR" });
    expect(answer.details?.issues).toEqual([expect.objectContaining({ path: "idempotencyKey" })]);
    const after = (await wire.call("getSession", ids)).body;
    expect({ ...after, timeRemaining: 0 }).toEqual({ ...before, timeRemaining: 0 });
    expect((await wire.call("getSessionMessages", ids)).body.messages).toEqual([]);
  });
});

describe("the header Idempotency-Key", () => {
  it("is refused over tRPC, where the key is a field of the input", async () => {
    const response = await fetch(`${server.url}/trpc/createSession`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": "once" },
      body: JSON.stringify({ agentId: userId, userId }),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('"idempotencyKey"');
  });
});
