import { type MessageDraft, replyLeaseMs } from "@adjourn/sessions";
import { expect, test } from "vitest";
import { minute, newMessageDraft, type Setting } from "./setup.js";

const failure = { code: "AGENT_FAILED", message: "no", details: { why: "é" } } as const;

const describeFlight = (setting: () => Setting): void => {
  test("a reply is in flight from its message until it is stored or has failed", async () => {
    const s = setting();
    const session = await s.create();
    const { sessionId } = session;
    const [first, second] = [await s.ask(session), await s.ask(session)];
    const record = { nodeId: "node", cancelled: null };
    expect(await s.other.readPendingReplies(sessionId)).toEqual([
      { ...record, messageId: first.messageId, inReplyTo: first.inReplyTo },
      { ...record, messageId: second.messageId, inReplyTo: second.inReplyTo },
    ]);
    expect(await s.other.readReply(sessionId, first.messageId)).toEqual({ state: "pending" });
    await s.store.failReply({ sessionId, messageId: first.messageId, failure });
    expect(await s.other.readPendingReplies(sessionId)).toMatchObject([{ messageId: second.messageId }]);
    expect(await s.other.readReply(sessionId, first.messageId)).toEqual({ state: "unknown" });
    const stored = await s.store.appendReply(second);
    expect(await s.other.readPendingReplies(sessionId)).toEqual([]);
    expect(await s.other.readReply(sessionId, second.messageId)).toEqual({
      state: "stored",
      message: stored.outcome === "stored" && stored.message,
    });
  });

  test("a reply that comes after the end or the expiry of its session is refused, and nothing of it is stored", async () => {
    const s = setting();
    for (const isEnded of [true, false]) {
      const session = await s.create();
      const reply = await s.ask(session);
      if (isEnded) await s.ended(session);
      else await s.advance(31 * minute);
      expect(await s.other.appendReply(reply)).toMatchObject({ outcome: "gone" });
      expect(await s.other.readReply(session.sessionId, reply.messageId)).toEqual({ state: "unknown" });
      const messages = await s.store.readMessagesAfter(session.channelId, 0, 10);
      expect(messages).toMatchObject([{ id: reply.inReplyTo }]);
    }
  });

  test("a reply that has failed, or is stored, is not stored again", async () => {
    const s = setting();
    const session = await s.create();
    const [failed, stored] = [await s.ask(session), await s.ask(session)];
    await s.store.failReply({ sessionId: session.sessionId, messageId: failed.messageId, failure });
    expect(await s.store.appendReply(stored)).toMatchObject({ outcome: "stored" });
    for (const reply of [failed, stored])
      expect(await s.other.appendReply(reply)).toEqual({ outcome: "not_pending" });
    expect(await s.store.readMessagesAfter(session.channelId, 0, 10)).toHaveLength(3);
  });

  test("a hundred replies of a session are in flight at most, however many nodes begin one at the same moment", async () => {
    const s = setting();
    const { sessionId } = await s.create();
    const begin = (nth: number, idempotency: MessageDraft["idempotency"] = null) =>
      (nth % 2 ? s.store : s.other).appendMessage(newMessageDraft(sessionId, { idempotency }));
    const outcomes = await Promise.all(
      Array.from({ length: 140 }, (_, nth) =>
        begin(nth, nth % 3 ? null : { key: `${nth}`, fingerprint: "f" }),
      ),
    );
    const stored = outcomes.filter(({ outcome }) => outcome === "stored");
    expect(stored).toHaveLength(100);
    expect(outcomes.filter(({ outcome }) => outcome === "too_many_replies")).toHaveLength(40);
    expect(await s.store.readPendingReplies(sessionId)).toHaveLength(100);
    const refused = { key: "refused", fingerprint: "f" };
    expect(await begin(0, refused)).toEqual({ outcome: "too_many_replies" });
    expect(await s.other.readSent(sessionId, refused)).toBeNull();
    await s.advance(replyLeaseMs);
    // Those of a node that is gone do not count.
    expect(await begin(1, refused)).toMatchObject({ outcome: "stored" });
  });

  test("a reply lapses unless it is renewed, and can still be stored until it is deleted", async () => {
    const s = setting();
    const session = await s.create();
    const { sessionId } = session;
    const [kept, lapsed] = [await s.ask(session), await s.ask(session)];
    await s.advance(replyLeaseMs / 2);
    const marks = await s.store.renewReplies([kept, { sessionId, messageId: "unknown" }]);
    expect(marks).toEqual(new Map([[kept.messageId, null]]));
    expect(await s.store.renewReplies([])).toEqual(new Map());
    await s.advance(replyLeaseMs / 2);
    expect(await s.other.readPendingReplies(sessionId)).toMatchObject([{ messageId: kept.messageId }]);
    expect(await s.other.readReply(sessionId, lapsed.messageId)).toEqual({ state: "lapsed" });
    const cancel = { sessionId, messageId: lapsed.messageId, partial: "keep" } as const;
    expect(await s.other.cancelReply(cancel)).toEqual({ outcome: "not_pending" });
    expect(await s.store.appendReply(lapsed)).toMatchObject({ outcome: "stored" });
    await s.advance(minute);
    const deleteBefore = async (cutoff: number) => {
      while ((await s.store.deleteRepliesBefore(cutoff, 10)) === 10);
    };
    await deleteBefore(s.store.now() - minute);
    expect((await s.store.renewReplies([kept])).size).toBe(1);
    await s.advance(minute);
    await deleteBefore(s.store.now());
    expect(await s.store.appendReply(kept)).toEqual({ outcome: "not_pending" });
  });

  test("the usage of replies is kept with each, and summed in the ending", async () => {
    const s = setting();
    const session = await s.create();
    const usage = { inputTokens: 10, outputTokens: 3 };
    expect(await s.converse(session)).toMatchObject({ finishReason: "stop", usage: null });
    expect(await s.converse(session, { usage, finishReason: "length" })).toMatchObject({
      finishReason: "length",
      usage,
    });
    await s.converse(session, { usage });
    const replies = (await s.other.readMessagesAfter(session.channelId, 0, 10)).filter((one) => one.isAgent);
    expect(replies.map(({ finishReason }) => finishReason)).toEqual(["stop", "length", "stop"]);
    expect(replies.map((reply) => reply.usage)).toEqual([null, usage, usage]);
    const sum = { inputTokens: 20, outputTokens: 6 };
    expect(await s.ended(session)).toMatchObject({ usage: sum });
    expect(await s.other.readEndings([session.sessionId])).toMatchObject([{ usage: sum }]);
    expect(await s.ended(await s.create())).not.toHaveProperty("usage");
  });
};

const describeCancelling = (setting: () => Setting): void => {
  test("of concurrent cancellations of a reply one succeeds, by either id", async () => {
    const s = setting();
    const session = await s.create();
    const { sessionId } = session;
    const reply = await s.ask(session);
    const ids = [reply.messageId, reply.inReplyTo];
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        (i % 3 ? s.store : s.other).cancelReply({ sessionId, messageId: ids[i % 2] ?? "", partial: "keep" }),
      ),
    );
    const won = outcomes.filter(({ outcome }) => outcome === "cancelled");
    const { messageId, inReplyTo } = reply;
    expect(won).toEqual([
      { outcome: "cancelled", reply: { messageId, inReplyTo, nodeId: "node", cancelled: "keep" } },
    ]);
    for (const lost of outcomes.filter((one) => one !== won[0]))
      expect(lost).toEqual({ outcome: "not_pending" });
    expect(await s.other.renewReplies([reply])).toEqual(new Map([[messageId, "keep"]]));
  });

  test("a cancelled reply is stored as cancelled or not at all, whatever its agent says", async () => {
    const s = setting();
    const session = await s.create();
    const { sessionId } = session;
    const [kept, discarded] = [await s.ask(session), await s.ask(session)];
    await s.other.cancelReply({ sessionId, messageId: kept.messageId, partial: "keep" });
    await s.other.cancelReply({ sessionId, messageId: discarded.messageId, partial: "discard" });
    expect(await s.store.appendReply(kept)).toMatchObject({ message: { finishReason: "cancelled" } });
    expect(await s.store.appendReply(discarded)).toEqual({ outcome: "discarded" });
    expect(await s.other.readReply(sessionId, discarded.messageId)).toEqual({ state: "pending" });
    await s.store.failReply({ sessionId, messageId: discarded.messageId, failure });
    const messages = await s.other.readMessagesAfter(session.channelId, 0, 10);
    expect(messages.filter(({ isAgent }) => isAgent)).toMatchObject([
      { id: kept.messageId, finishReason: "cancelled" },
    ]);
  });

  test("a reply is cancelled or stored as finished, never both, if the two are concurrent", async () => {
    const s = setting();
    for (let round = 0; round < 10; round++) {
      const session = await s.create();
      const { sessionId } = session;
      const reply = await s.ask(session);
      const partial = round % 2 ? "keep" : "discard";
      const [cancelled, stored] = await Promise.all([
        s.other.cancelReply({ sessionId, messageId: reply.messageId, partial }),
        s.store.appendReply(reply),
      ]);
      const reason = stored.outcome === "stored" ? stored.message.finishReason : stored.outcome;
      const marked = partial === "keep" ? "cancelled" : "discarded";
      expect(reason).toBe(cancelled.outcome === "cancelled" ? marked : "stop");
    }
  });

  test("a reply that is stored, unknown or of an ended session can't be cancelled", async () => {
    const s = setting();
    const session = await s.create();
    const { sessionId } = session;
    const { id: messageId } = await s.converse(session);
    const cancel = { sessionId, messageId, partial: "discard" } as const;
    expect(await s.store.cancelReply(cancel)).toEqual({ outcome: "not_pending" });
    expect(await s.store.cancelReply({ ...cancel, messageId: "unknown" })).toEqual({
      outcome: "not_pending",
    });
    const reply = await s.ask(session);
    const ending = await s.ended(session);
    const gone = { outcome: "gone", gone: { state: "ended", ending } };
    expect(await s.other.cancelReply({ ...cancel, messageId: reply.messageId })).toEqual(gone);
  });
};

export const describeReplies = (setting: () => Setting): void => {
  describeFlight(setting);
  describeCancelling(setting);
};

export const describeIdempotentSends = (setting: () => Setting): void => {
  const idempotency = { key: "k", fingerprint: "f" };

  test("concurrent sends with one key store one message and begin one reply", async () => {
    const s = setting();
    const session = await s.create();
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        (i % 2 ? s.store : s.other).appendMessage(s.message(session, { idempotency })),
      ),
    );
    const stored = outcomes.flatMap((one) => (one.outcome === "stored" ? [one] : []));
    expect(stored).toHaveLength(1);
    const replies = await s.store.readPendingReplies(session.sessionId);
    expect(replies).toHaveLength(1);
    const [first] = stored;
    const earlier = {
      message: first?.message,
      session: first?.session,
      wasRenewed: first?.wasRenewed,
      replyId: replies[0]?.messageId,
      failure: null,
    };
    for (const one of outcomes.filter(({ outcome }) => outcome !== "stored"))
      expect(one).toEqual({ outcome: "repeated", earlier });
    expect(await s.other.readSent(session.sessionId, idempotency)).toEqual({ outcome: "repeated", earlier });
    expect(await s.store.readMessagesAfter(session.channelId, 0, 10)).toHaveLength(1);
  });

  test("a key belongs to its session, and to the request that it was used with", async () => {
    const s = setting();
    const [session, other] = [await s.create(), await s.create()];
    await s.ask(session, { idempotency });
    expect(await s.store.readSent(other.sessionId, idempotency)).toBeNull();
    await s.ask(other, { idempotency });
    const changed = { key: "k", fingerprint: "g" };
    const reused = { outcome: "key_reused" };
    expect(await s.other.readSent(session.sessionId, changed)).toEqual(reused);
    expect(await s.other.appendMessage(s.message(session, { idempotency: changed }))).toEqual(reused);
  });

  test("a failure is kept for a retry, and a reply that is stored is not marked as failed", async () => {
    const s = setting();
    const session = await s.create();
    const { sessionId } = session;
    const failed = await s.ask(session, { idempotency });
    await s.store.failReply({ ...failed, failure });
    const repeated = { outcome: "repeated", earlier: { replyId: failed.messageId, failure } };
    expect(await s.other.readSent(sessionId, idempotency)).toMatchObject(repeated);
    const key = { key: "other", fingerprint: "f" };
    const stored = await s.ask(session, { idempotency: key });
    await s.store.appendReply(stored);
    await s.store.failReply({ ...stored, failure });
    expect(await s.other.readSent(sessionId, key)).toMatchObject({ earlier: { failure: null } });
  });

  test("a key is recognised after the end, and forgotten with its channel", async () => {
    const s = setting();
    const session = await s.create();
    const { sessionId, channelId } = session;
    const { inReplyTo } = await s.ask(session, { idempotency, content: "erase me" });
    const ending = await s.ended(session);
    const retry = s.message(session, { idempotency });
    expect(await s.other.appendMessage(retry)).toMatchObject({
      outcome: "repeated",
      earlier: { message: { id: inReplyTo, content: "erase me" } },
    });
    expect(await s.store.eraseChannel(channelId)).toBe("erased");
    expect(await s.other.readSent(sessionId, idempotency)).toBeNull();
    const gone = { outcome: "gone", gone: { state: "ended", ending } };
    expect(await s.other.appendMessage(retry)).toEqual(gone);
  });

  test("a refused send does not use up its key", async () => {
    const s = setting();
    const session = await s.create();
    const gone = { ...session, sessionId: "unknown" };
    expect(await s.store.appendMessage(s.message(gone, { idempotency }))).toMatchObject({ outcome: "gone" });
    expect(await s.store.readSent("unknown", idempotency)).toBeNull();
    await s.ask(session, { idempotency });
    await s.advance(minute);
    while ((await s.store.deleteIdempotencyKeysBefore(s.store.now(), 10)) === 10);
    expect(await s.store.readSent(session.sessionId, idempotency)).toBeNull();
  });
};
