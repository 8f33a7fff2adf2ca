import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, sessionsPath } from "../setup/api-call.js";
import { adminKey, startTestServer, typewriterId } from "../setup/test-server.js";
import { type Answer, createSession, wires } from "../setup/wires.js";
import { type ScriptedServer, startHeldReply, startScriptedServer } from "./held-reply.js";

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const success = (replyId: string, stored: boolean) => ({
  success: true,
  message: `Reply ${replyId} cancelled`,
  stored,
});

describe.each(wires)("cancelReply over $wire", ({ open }) => {
  it("stores the text so far, which listeners and waiting callers get as the reply", async () => {
    await using held = await startHeldReply(server, open);
    const { sessionId, replyId, userMessageId, wire } = held;
    const cancelled = await wire.call("cancelReply", { sessionId, messageId: replyId });
    expect([cancelled.status, cancelled.body]).toEqual([200, success(replyId, true)]);
    const reply = { id: replyId, inReplyTo: userMessageId, content: "half a", finishReason: "cancelled" };
    expect((await held.answer).body.agentResponse).toMatchObject({ ...reply, text: "half a" });
    for (const event of await held.receivedByAll("message", 2))
      expect(event).toMatchObject({ message: reply });
    expect(await held.stored()).toEqual(["question", "half a"]);
    expect(held.turn.turn.signal.aborted).toBe(true);
  });

  it.each([
    ["with discard", "half a", "discard"],
    ["before the agent has said anything", "", "keep"],
  ])("stores nothing %s, and who waits fails with 409", async (_, text, partial) => {
    await using held = await startHeldReply(server, open, text);
    const { sessionId, replyId, userMessageId, wire } = held;
    const cancelled = await wire.call("cancelReply", { sessionId, messageId: replyId, partial });
    expect([cancelled.status, cancelled.body]).toEqual([200, success(replyId, false)]);
    expect(await held.answer).toMatchObject({ status: 409, code: "REPLY_CANCELLED" });
    for (const event of await held.receivedByAll("message.failed"))
      expect(event).toMatchObject({ inReplyTo: userMessageId, code: "REPLY_CANCELLED" });
    expect(await held.stored()).toEqual(["question"]);
    expect(held.turn.turn.signal.aborted).toBe(true);
  });

  it("leaves the session live, with the same listeners", async () => {
    await using held = await startHeldReply(server, open);
    const { sessionId, replyId, wire } = held;
    await wire.call("cancelReply", { sessionId, messageId: replyId });
    const next = wire.call("sendSessionMessage", { sessionId, content: "again", transport: "http" });
    const turn = await server.agent.nextTurn();
    turn.say("whole");
    turn.finish();
    expect((await next).body.agentResponse).toMatchObject({ content: "whole", finishReason: "stop" });
    for (const event of await held.receivedByAll("message", 4))
      expect(event).toMatchObject({ message: { content: "whole" } });
  });

  it("accepts the id of the user's message and returns the reply's", async () => {
    await using held = await startHeldReply(server, open);
    const { sessionId, replyId, userMessageId, wire } = held;
    const cancelled = await wire.call("cancelReply", { sessionId, messageId: userMessageId });
    expect(cancelled.body).toEqual(success(replyId, true));
  });

  it("answers one of ten concurrent calls, the others with 404", async () => {
    await using held = await startHeldReply(server, open);
    const { sessionId, replyId, userMessageId, wire } = held;
    const call = (_: unknown, index: number): Promise<Answer> =>
      wire.call("cancelReply", { sessionId, messageId: index % 2 === 0 ? replyId : userMessageId });
    const answers = await Promise.all(Array.from({ length: 10 }, call));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const refused = answers.filter(({ status, code }) => status === 404 && code === "REPLY_NOT_FOUND");
    expect(refused).toHaveLength(9);
    expect(await held.stored()).toEqual(["question", "half a"]);
  });

  it("refuses a reply that is stored, unknown, or of another session", async () => {
    await using held = await startHeldReply(server, open);
    const { sessionId, replyId, wire } = held;
    const other = await createSession(wire);
    const elsewhere = await wire.call("cancelReply", { sessionId: other.sessionId, messageId: replyId });
    expect(elsewhere).toMatchObject({ status: 404, code: "REPLY_NOT_FOUND" });
    held.turn.finish();
    await held.answer;
    for (const messageId of [replyId, "no-such-reply"]) {
      const refused = await wire.call("cancelReply", { sessionId, messageId });
      expect(refused).toMatchObject({ status: 404, code: "REPLY_NOT_FOUND" });
    }
    expect(await held.stored()).toEqual(["question", "half a"]);
  });

  it("refuses a value other than keep and discard, and the reply goes on", async () => {
    await using held = await startHeldReply(server, open);
    const { sessionId, replyId, wire } = held;
    const refused = await wire.call("cancelReply", { sessionId, messageId: replyId, partial: "some" });
    expect(refused).toMatchObject({ status: 400, code: "VALIDATION_ERROR" });
    held.turn.say(" reply");
    held.turn.finish();
    expect((await held.answer).body.agentResponse).toMatchObject({ content: "half a reply" });
  });

  it("comes too late once the session has ended", async () => {
    await using held = await startHeldReply(server, open);
    const { sessionId, replyId, wire } = held;
    await wire.call("endSession", { sessionId });
    const late = await wire.call("cancelReply", { sessionId, messageId: replyId });
    expect(late).toMatchObject({ status: 404, code: "SESSION_NOT_FOUND" });
    expect(await held.answer).toMatchObject({ status: 410, code: "SESSION_ENDED" });
  });

  it("is open to the session's own token, and closed to another session's", async () => {
    await using guarded = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey });
    await using admin = open(guarded.url, { key: adminKey });
    const [own, other] = [
      await createSession(admin, { agentId: typewriterId }),
      await createSession(admin, { agentId: typewriterId }),
    ];
    const { sessionId } = own;
    const metadata = { delayMs: 60_000 };
    const sent = await admin.call("sendSessionMessage", { sessionId, content: "never said", metadata });
    const target = { sessionId, messageId: sent.body.id };
    await using foreign = open(guarded.url, { key: other.token });
    expect(await foreign.call("cancelReply", target)).toMatchObject({ status: 403, code: "FORBIDDEN" });
    await using holder = open(guarded.url, { key: own.token });
    expect((await holder.call("cancelReply", target)).status).toBe(200);
  });
});

describe("a sender that reads the reply as it streams", () => {
  const stream = async (partial: "keep" | "discard") => {
    await using held = await startHeldReply(server);
    const { sessionId, wire } = held;
    const path = `${sessionsPath}/${sessionId}/messages`;
    const streamed = ask(server.url, "POST", path, { body: { content: "streamed", transport: "sse" } });
    await held.receivedByAll("message", 2);
    held.turn.finish();
    const turn = await server.agent.nextTurn();
    turn.say("some");
    const [delta] = await held.receivedByAll("message.delta", 2);
    const messageId = delta?.type === "message.delta" ? delta.messageId : "";
    await wire.call("cancelReply", { sessionId, messageId, partial });
    const { text } = await streamed;
    const [, event, data = ""] = /event: (\w+)\ndata: (.*)\n\n$/.exec(text) ?? [];
    return { event, data: JSON.parse(data) };
  };

  it("gets the kept text as the complete reply", async () => {
    expect(await stream("keep")).toMatchObject({
      event: "done",
      data: { content: "some", text: "some", finishReason: "cancelled" },
    });
  });

  it("gets REPLY_CANCELLED as the error if it was discarded", async () => {
    expect(await stream("discard")).toMatchObject({ event: "error", data: { code: "REPLY_CANCELLED" } });
  });
});
