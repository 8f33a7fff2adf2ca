import { StoreUnavailableError } from "@adjourn/sessions";
import { createTestService, RecordingSink } from "@adjourn/testkit";
import { expect, it } from "vitest";

const send = { content: "question", idempotencyKey: "once" } as const;

it("waits for the same reply on another node, which is asked once", async () => {
  const { sessions, otherNode, agent, clock, create } = createTestService();
  const { sessionId } = await create();
  const first = sessions.sendSessionMessage({ sessionId, ...send, transport: "http" });
  const turn = await agent.nextTurn();
  const again = otherNode.sendSessionMessage({ sessionId, ...send, transport: "http" });
  turn.say("answer");
  turn.finish();
  await clock.advance(1_000);
  expect(await again).toEqual(await first);
  expect((await sessions.getSessionMessages({ sessionId, limit: 10 })).messages).toHaveLength(2);
});

it("streams the text so far in one chunk, and what follows, on another node", async () => {
  const { sessions, otherNode, agent, clock, create } = createTestService();
  const { sessionId } = await create();
  await sessions.sendSessionMessage({ sessionId, ...send, transport: "websocket" });
  const turn = await agent.nextTurn();
  for (const piece of ["a", "b", "c"]) turn.say(piece);
  await clock.advance(0);
  const { userMessage, chunks, reply } = await otherNode.streamSessionMessage({
    sessionId,
    ...send,
    transport: "sse",
  });
  await clock.advance(500);
  turn.say("d");
  turn.finish();
  await clock.advance(1_000);
  const received: unknown[] = [];
  for await (const { chunk, index } of chunks) received.push([index, chunk]);
  expect(received).toEqual([
    [2, "abc"],
    [3, "d"],
  ]);
  expect(await reply).toMatchObject({ text: "abcd", inReplyTo: userMessage.id });
  expect(otherNode.localTotals()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
});

it("leaves nothing behind for a reader that leaves before the first piece, or between two", async () => {
  const { sessions, otherNode, agent, clock, create } = createTestService();
  const { sessionId } = await create();
  await sessions.sendSessionMessage({ sessionId, ...send, transport: "websocket" });
  const turn = await agent.nextTurn();
  turn.say("a");
  await clock.advance(0);
  const repeat = () => otherNode.streamSessionMessage({ sessionId, ...send, transport: "sse" });
  const [early, late] = [await repeat(), await repeat()];
  await early.chunks[Symbol.asyncIterator]().return?.();
  await clock.advance(500);
  for await (const { chunk } of late.chunks) {
    expect(chunk).toBe("a");
    break;
  }
  turn.finish();
  await clock.advance(1_000);
  expect(await late.reply).toEqual(await early.reply);
  expect(otherNode.localTotals()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
});

it("fails with AGENT_FAILED if a crash lost the reply, which its node can't store any more", async () => {
  const { sessions, otherNode, store, agent, clock, create } = createTestService();
  const { sessionId } = await create();
  const first = sessions.sendSessionMessage({ sessionId, ...send, transport: "http" });
  const lost = first.catch((error: unknown) => error);
  const turn = await agent.nextTurn();
  // The node of the first send stands still.
  store.renewReplies = () => new Promise(() => {});
  const retry = () =>
    otherNode.sendSessionMessage({ sessionId, ...send, transport: "http" }).catch((error: unknown) => error);
  const again = retry();
  await clock.advance(11_000);
  expect(await again).toMatchObject({ code: "AGENT_FAILED" });
  turn.say("late");
  turn.finish();
  expect(await lost).toMatchObject({ code: "AGENT_FAILED" });
  expect(await retry()).toMatchObject({ code: "AGENT_FAILED" });
});

it("gives the text so far to a subscriber of another node, and the deltas that follow", async () => {
  const { sessions, otherNode, agent, clock, create } = createTestService();
  const { sessionId } = await create();
  const { id } = await sessions.sendSessionMessage({ sessionId, ...send, transport: "websocket" });
  const turn = await agent.nextTurn();
  turn.say("so ");
  turn.say("far");
  await clock.advance(0);
  const [early, late] = [new RecordingSink(), new RecordingSink()];
  await otherNode.sessionEvents({ sessionId }, early);
  await sessions.sessionEvents({ sessionId }, late);
  turn.say(" and on");
  await clock.advance(0);
  for (const sink of [early, late]) {
    expect(sink.events[0]).toMatchObject({
      pendingReplies: [{ inReplyTo: id, text: "so far", nextIndex: 2 }],
    });
    expect(sink.events[1]).toMatchObject({ type: "message.delta", index: 2, text: " and on" });
  }
});

it("says that the text is not known while the bus is down", async () => {
  const { sessions, otherNode, bus, agent, clock, create } = createTestService();
  const { sessionId } = await create();
  await sessions.sendSessionMessage({ sessionId, ...send, transport: "websocket" });
  (await agent.nextTurn()).say("so far");
  await clock.advance(0);
  Object.assign(bus, { status: "down", publish: () => {} });
  const sink = new RecordingSink();
  await otherNode.sessionEvents({ sessionId }, sink);
  expect(sink.events[0]).toMatchObject({ pendingReplies: [{ text: null, nextIndex: null }] });
});

it("aborts the agent of a reply that another node has given up", async () => {
  const { sessions, store, agent, clock, create } = createTestService();
  const { sessionId } = await create();
  const { id } = await sessions.sendSessionMessage({ sessionId, ...send, transport: "websocket" });
  const { turn } = await agent.nextTurn();
  const [reply] = await store.readPendingReplies(sessionId);
  const failure = { code: "AGENT_FAILED", message: "lost", details: {} } as const;
  await store.failReply({ sessionId, messageId: reply?.messageId ?? "", failure });
  expect(turn.message.id).toBe(id);
  expect(turn.signal.aborted).toBe(false);
  await clock.advance(2_000);
  expect(turn.signal.aborted).toBe(true);
  expect(sessions.localTotals()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
});

it("answers a retry that came while the first write was under way, whose answer was then lost", async () => {
  const { sessions, store, clock, create } = createTestService();
  const { sessionId } = await create();
  const [written, lost, read] = [createSignal(), createSignal(), createSignal()];
  const { appendMessage, readSent } = store;
  store.appendMessage = async (draft) => {
    await appendMessage(draft);
    written.give();
    await lost.given;
    throw new StoreUnavailableError("The answer was lost");
  };
  const first = sessions.sendSessionMessage({ sessionId, ...send, transport: "http" });
  await written.given;
  store.readSent = async (...key) => {
    const earlier = await readSent(...key);
    read.give();
    return earlier;
  };
  let retried: unknown;
  sessions.sendSessionMessage({ sessionId, ...send, transport: "http" }).catch((error: unknown) => {
    retried = error;
  });
  await read.given;
  await clock.advance(0);
  lost.give();
  await expect(first).rejects.toThrow(StoreUnavailableError);
  // Nobody renews the reply.
  await clock.advance(11_000);
  expect(retried).toMatchObject({ code: "AGENT_FAILED" });
});

const createSignal = () => {
  let give = (): void => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { give, given };
};
