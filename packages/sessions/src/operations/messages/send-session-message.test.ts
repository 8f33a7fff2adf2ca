import { createTestService, RecordingSink } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import { StoreUnavailableError } from "../../model/errors.js";

describe("sending a message", () => {
  it("returns the whole reply over http, and stores both messages", async () => {
    const { sessions, agent, create, send } = createTestService();
    const { sessionId, channelId } = await create();
    const answered = send(sessionId, "hello", "http");
    const reply = await agent.nextTurn();
    reply.say("good ");
    reply.say("day");
    reply.finish();
    const answer = await answered;
    expect(answer.agentResponse).toMatchObject({
      content: "good day",
      text: "good day",
      inReplyTo: answer.id,
    });
    const { messages, cursors } = await sessions.getChannelMessages({ channelId, limit: 50 });
    expect(messages.map(({ content }) => content)).toEqual(["good day", "hello"]);
    expect(cursors?.after).toBe(Date.parse(messages[0]?.createdAt ?? ""));
  });

  it("gives the agent the history, oldest first", async () => {
    const { agent, create, send } = createTestService();
    const { sessionId } = await create();
    await send(sessionId, "one");
    await agent.nextTurn();
    await send(sessionId, "two");
    const { turn } = await agent.nextTurn();
    expect(turn.history.map(({ content }) => content)).toEqual(["one"]);
    expect(turn.message.content).toBe("two");
  });

  it("sends listeners message.failed, stores nothing of a failed reply, and answers with 502", async () => {
    const { sessions, agent, create, send, clock } = createTestService();
    const { sessionId, channelId } = await create();
    const sink = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, sink);
    const waiting = send(sessionId, "hello", "http").catch((error: unknown) => error);
    const reply = await agent.nextTurn();
    reply.say("half");
    reply.fail(new Error("the model is away, key sk-123"));
    expect(await waiting).toMatchObject({ code: "AGENT_FAILED", message: "The agent failed to reply" });
    await clock.advance(0);
    expect(sink.events.at(-1)).toMatchObject({ type: "message.failed", code: "AGENT_FAILED" });
    expect((await sessions.getChannelMessages({ channelId, limit: 50 })).messages).toHaveLength(1);
    expect(sessions.localTotals().operations).toBe(0);
  });

  it("aborts an agent that exceeds its time limit", async () => {
    const { agent, create, send, clock } = createTestService();
    const { sessionId } = await create();
    const waiting = send(sessionId, "hello", "http").catch((error: unknown) => error);
    const { turn } = await agent.nextTurn();
    await clock.advance(120_000);
    expect(turn.signal.aborted).toBe(true);
    expect(await waiting).toMatchObject({ code: "AGENT_TIMEOUT" });
  });

  it("refuses the hundred-and-first reply in flight", async () => {
    const { create, send } = createTestService();
    const { sessionId } = await create();
    await Promise.all(Array.from({ length: 100 }, (_, i) => send(sessionId, `message ${i}`)));
    await expect(send(sessionId, "one more")).rejects.toMatchObject({ code: "RATE_LIMITED" });
  });

  it("ignores metadata that names another author", async () => {
    const { sessions, create } = createTestService();
    const { sessionId } = await create();
    const claimed = { sessionId: "x", agentId: "y", userId: "z", kept: true };
    const { metadata } = await sessions.sendSessionMessage({
      sessionId,
      content: "hello",
      metadata: claimed,
      transport: "websocket",
    });
    expect(metadata).toEqual({ kept: true, sessionId });
  });

  it("holds nothing of a message that the store refused", async () => {
    const { sessions, store, create, send } = createTestService();
    const { sessionId } = await create();
    store.appendMessage = () => Promise.reject(new StoreUnavailableError("disk full"));
    await expect(send(sessionId, "hello")).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(sessions.localTotals()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
  });
});

describe("a streamed reply", () => {
  it("is sent chunk by chunk, then whole", async () => {
    const { sessions, agent, create } = createTestService();
    const { sessionId } = await create();
    const stream = await sessions.streamSessionMessage({ sessionId, content: "hello", transport: "sse" });
    const reply = await agent.nextTurn();
    for (const piece of ["a", "b"]) reply.say(piece);
    reply.finish();
    const chunks: string[] = [];
    for await (const { chunk } of stream.chunks) chunks.push(chunk);
    expect(chunks).toEqual(["a", "b"]);
    expect(await stream.reply).toMatchObject({ content: "ab", inReplyTo: stream.userMessage.id });
  });

  it("fails with SESSION_ENDED when the session ends", async () => {
    const { sessions, agent, create } = createTestService();
    const { sessionId } = await create();
    const stream = await sessions.streamSessionMessage({ sessionId, content: "hello", transport: "sse" });
    const reply = await agent.nextTurn();
    reply.say("a");
    await sessions.endSession({ sessionId }, { endedBy: "anonymous", actor: null });
    expect(reply.turn.signal.aborted).toBe(true);
    const read = async () => {
      for await (const _ of stream.chunks);
    };
    await expect(read()).rejects.toMatchObject({ code: "SESSION_ENDED" });
    await expect(stream.reply).rejects.toMatchObject({ code: "SESSION_ENDED" });
  });
});
