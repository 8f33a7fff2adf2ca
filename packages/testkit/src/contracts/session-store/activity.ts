import { expect, test } from "vitest";
import { minute, type Setting } from "./setup.js";

const describeStoredMessages = (setting: () => Setting): void => {
  test("a message is stored as it was given, with the session's metadata and id", async () => {
    const s = setting();
    const session = await s.create({ metadata: { tier: "gold", tone: "formal" } });
    const attachments = [{ name: "é.png", size: 3 }, { url: "x" }];
    const draft = s.message(session, {
      content: "  ✓ 😀\n\t'quoted' \"twice\" \\ ",
      metadata: { tone: "casual", sessionId: "forged" },
      attachments,
    });
    const outcome = await s.store.appendMessage(draft);
    expect(outcome).toMatchObject({
      outcome: "stored",
      session: { lastSeq: 1, messageCount: 1, lastActivity: s.store.now() },
      message: {
        id: draft.id,
        channelId: session.channelId,
        seq: 1,
        authorId: session.userId,
        isAgent: false,
        inReplyTo: null,
        content: draft.content,
        attachments,
        createdAt: s.store.now(),
      },
    });
    const [message] = await s.other.readMessagesAfter(session.channelId, 0, 10);
    expect(message).toEqual(outcome.outcome === "stored" && outcome.message);
    expect(JSON.stringify(message?.metadata)).toBe(
      JSON.stringify({ tier: "gold", tone: "casual", sessionId: session.sessionId }),
    );
  });

  test("a message's metadata keeps keys that are special in JavaScript", async () => {
    const s = setting();
    const session = await s.create({ metadata: JSON.parse('{"__proto__":1}') });
    await s.say(session, "x", { metadata: JSON.parse('{"__proto__":{"y":2},"toString":3}') });
    const [message] = await s.store.readMessagesAfter(session.channelId, 0, 1);
    expect(JSON.stringify(message?.metadata)).toBe(
      `{"__proto__":{"y":2},"toString":3,"sessionId":"${session.sessionId}"}`,
    );
  });

  test("an agent's reply has the agent as author, is counted, and names the message that it answers", async () => {
    const s = setting();
    const session = await s.create();
    const asked = await s.ask(session);
    const outcome = await s.store.appendReply(asked);
    const [, reply] = await s.other.readMessagesAfter(session.channelId, 0, 10);
    expect(reply).toMatchObject({
      seq: 2,
      id: asked.messageId,
      authorId: session.agentId,
      isAgent: true,
      inReplyTo: asked.inReplyTo,
      content: "hi",
      attachments: null,
    });
    expect(outcome).toMatchObject({ outcome: "stored", message: reply });
    expect(await s.store.readSession(session.sessionId)).toMatchObject({
      session: { lastSeq: 2, messageCount: 2 },
    });
  });

  test("times within a channel strictly increase, even within one millisecond", async () => {
    const s = setting();
    const session = await s.create();
    const contents = Array.from({ length: 50 }, (_, i) => `${i}`);
    const messages = await Promise.all(contents.map((content) => s.say(session, content)));
    const sorted = [...messages].sort((a, b) => a.seq - b.seq);
    expect(sorted.map(({ seq }) => seq)).toEqual(contents.map((_, i) => i + 1));
    expect(sorted.map(({ createdAt }) => createdAt)).toEqual(contents.map((_, i) => s.store.now() + i));
    await s.advance(10);
    expect((await s.say(session)).createdAt).toBe(s.store.now() + 40);
  });
};

const describeRenewals = (setting: () => Setting): void => {
  test("a user's message renews the session, and a reply does not", async () => {
    const s = setting();
    const session = await s.create();
    await s.advance(10 * minute);
    const expiresAt = session.createdAt + 40 * minute;
    const lastActivity = session.createdAt + 10 * minute;
    const asked = await s.ask(session);
    const renewed = { session: { expiresAt, renewalCount: 1, lastActivity } };
    expect(await s.store.readSession(session.sessionId)).toMatchObject(renewed);
    expect(await s.store.appendMessage(s.message(session))).toMatchObject({ wasRenewed: true });
    await s.advance(minute);
    expect(await s.store.appendReply(asked)).toMatchObject({
      session: { expiresAt, renewalCount: 2, lastActivity },
    });
  });

  test("without autoRenew a message or a heartbeat is activity and does not renew", async () => {
    const s = setting();
    const session = await s.create({ timeoutConfig: { autoRenew: false } });
    await s.advance(minute);
    const unmoved = { wasRenewed: false, session: { expiresAt: session.expiresAt, renewalCount: 0 } };
    expect(await s.store.appendMessage(s.message(session))).toMatchObject(unmoved);
    await s.advance(minute);
    const beat = await s.store.recordHeartbeat(session.sessionId);
    expect(beat).toMatchObject(unmoved);
    expect(beat).toMatchObject({ outcome: "recorded", session: { lastActivity: s.store.now() } });
  });

  test("a heartbeat renews up to the cap", async () => {
    const s = setting();
    const session = await s.create({ timeoutConfig: { maxDurationMinutes: 40 } });
    await s.advance(5 * minute);
    expect(await s.store.recordHeartbeat(session.sessionId)).toMatchObject({
      wasRenewed: true,
      session: { expiresAt: session.createdAt + 35 * minute, renewalCount: 1 },
    });
    await s.advance(20 * minute);
    const capped = { expiresAt: session.createdAt + 40 * minute, renewalCount: 2 };
    expect(await s.store.recordHeartbeat(session.sessionId)).toMatchObject({
      wasRenewed: true,
      session: capped,
    });
    expect(await s.store.recordHeartbeat(session.sessionId)).toMatchObject({
      outcome: "recorded",
      wasRenewed: false,
      session: capped,
    });
  });

  test("a manual renewal moves the expiry up to the cap, whatever autoRenew is", async () => {
    const s = setting();
    const session = await s.create({ timeoutConfig: { autoRenew: false, maxDurationMinutes: 45 } });
    expect(await s.store.renewSession(session.sessionId)).toMatchObject({ outcome: "renewed" });
    await s.advance(20 * minute);
    const renewed = await s.store.renewSession(session.sessionId);
    const capped = {
      expiresAt: session.createdAt + 45 * minute,
      lastActivity: s.store.now(),
      renewalCount: 2,
    };
    expect(renewed).toMatchObject({ outcome: "renewed", session: capped });
    await s.advance(minute);
    const refused = await s.store.renewSession(session.sessionId);
    expect(refused).toMatchObject({ outcome: "at_maximum", session: capped });
    expect(await s.store.readSession(session.sessionId)).toMatchObject({ session: capped });
  });

  test("concurrent renewals are all counted", async () => {
    const s = setting();
    const { sessionId } = await s.create();
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 ? s.store : s.other).renewSession(sessionId)),
    );
    expect(await s.store.readSession(sessionId)).toMatchObject({ session: { renewalCount: 10 } });
  });
};

const describeLastMoment = (setting: () => Setting): void => {
  test("a session accepts everything until a millisecond before its expiry, and then nothing", async () => {
    const s = setting();
    const { sessionId, expiresAt, channelId } = await s.create({ timeoutConfig: { autoRenew: false } });
    const session = { sessionId } as Parameters<Setting["message"]>[0];
    await s.advance(30 * minute - 1);
    expect(await s.store.readSession(sessionId)).toMatchObject({ outcome: "live" });
    const reply = await s.ask(session);
    expect(await s.store.recordHeartbeat(sessionId)).toMatchObject({ outcome: "recorded" });
    await s.advance(1);
    const gone = { outcome: "gone", gone: { state: "expired", expiresAt } };
    expect(await s.store.readSession(sessionId)).toEqual(gone);
    expect(await s.store.readChannelHolder(channelId)).toBeNull();
    expect(await s.store.readSessions([sessionId])).toEqual([]);
    expect(await s.store.readLastSeqs([sessionId])).toEqual(new Map());
    expect(await s.store.appendMessage(s.message(session))).toEqual(gone);
    expect(await s.store.appendReply(reply)).toEqual(gone);
    expect(await s.store.cancelReply({ sessionId, messageId: reply.messageId, partial: "keep" })).toEqual(
      gone,
    );
    expect(await s.store.renewSession(sessionId)).toEqual(gone);
    expect(await s.store.recordHeartbeat(sessionId)).toEqual(gone);
    expect(await s.store.updateTimeout(sessionId, { timeoutMinutes: 60 })).toEqual(gone);
    expect(await s.end(session)).toEqual(gone);
    expect(await s.store.readMessagesAfter(channelId, 0, 10)).toHaveLength(1);
  });

  test("every operation on an unknown session returns unknown and changes nothing", async () => {
    const s = setting();
    const unknown = { outcome: "gone", gone: { state: "unknown" } };
    const session = { ...(await s.create()), sessionId: "no such session" };
    expect(await s.store.appendMessage(s.message(session))).toEqual(unknown);
    expect(await s.store.renewSession(session.sessionId)).toEqual(unknown);
    expect(await s.store.recordHeartbeat(session.sessionId)).toEqual(unknown);
    expect(await s.store.updateTimeout(session.sessionId, { autoRenew: false })).toEqual(unknown);
    expect(await s.end(session)).toEqual(unknown);
    await s.store.addEndingCounts([
      { sessionId: session.sessionId, listenersDropped: 1, operationsAborted: 1 },
    ]);
    expect(await s.store.readEndings([session.sessionId])).toEqual([]);
  });
};

export const describeActivity = (setting: () => Setting): void => {
  describeStoredMessages(setting);
  describeRenewals(setting);
  describeLastMoment(setting);
};
