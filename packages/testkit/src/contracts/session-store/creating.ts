import { expect, test } from "vitest";
import { created, minute, newSessionDraft, type Setting, timeouts } from "./setup.js";

const describeNewSessions = (setting: () => Setting): void => {
  test("a created session is live, with the times and settings that were given", async () => {
    const s = setting();
    const draft = newSessionDraft({ metadata: { plan: "pro", nested: { list: [1, null, "x"] } } });
    const now = s.store.now();
    const session = created(await s.store.createSession(draft, null));
    expect(session).toEqual({
      sessionId: draft.sessionId,
      channelId: draft.channelId,
      agentId: draft.agentId,
      userId: draft.userId,
      createdAt: now,
      lastActivity: now,
      expiresAt: now + 30 * minute,
      timeoutConfig: timeouts,
      renewalCount: 0,
      metadata: { plan: "pro", nested: { list: [1, null, "x"] } },
      lastSeq: 0,
      messageCount: 0,
    });
    expect(await s.other.readSession(session.sessionId)).toEqual({ outcome: "live", session });
  });

  test("a maximum duration shorter than the timeout sets when it expires", async () => {
    const s = setting();
    const session = await s.create({ timeoutConfig: { timeoutMinutes: 30, maxDurationMinutes: 10 } });
    expect(session.expiresAt).toBe(session.createdAt + 10 * minute);
  });

  test("an id that was never used is unknown", async () => {
    const unknown = { outcome: "gone", gone: { state: "unknown" } };
    expect(await setting().store.readSession("no such session")).toEqual(unknown);
    expect(await setting().store.readSession("")).toEqual(unknown);
  });

  test("a read of several sessions returns the live ones, each once", async () => {
    const s = setting();
    const [a, b, gone] = [await s.create(), await s.create(), await s.create()];
    await s.ended(gone);
    const ids = [a.sessionId, b.sessionId, gone.sessionId, "unknown", a.sessionId];
    const read = await s.store.readSessions(ids);
    expect(read.map(({ sessionId }) => sessionId).sort()).toEqual([a.sessionId, b.sessionId].sort());
    expect(await s.store.readSessions([])).toEqual([]);
    expect(await s.store.readLastSeqs(ids)).toEqual(new Map(read.map((one) => [one.sessionId, one.lastSeq])));
    expect(await s.store.readLastSeqs([])).toEqual(new Map());
  });

  test("a channel's holder is its live session, and no other", async () => {
    const s = setting();
    const [first, other] = [await s.create(), await s.create()];
    expect(await s.store.readChannelHolder(first.channelId)).toBe(first.sessionId);
    expect(await s.other.readChannelHolder(other.channelId)).toBe(other.sessionId);
    expect(await s.store.readChannelHolder(first.sessionId)).toBeNull();
    await s.ended(first);
    expect(await s.store.readChannelHolder(first.channelId)).toBeNull();
    const next = created(await s.continueOn(first));
    expect(await s.store.readChannelHolder(first.channelId)).toBe(next.sessionId);
  });

  test("metadata is returned byte for byte, whatever the names of its keys", async () => {
    const s = setting();
    const metadata = JSON.parse(
      '{"__proto__":{"a":1},"constructor":"c","é😀":"\\u2028 \\"quoted\\" \\\\ ✓","n":1.5,"big":12345678901234567890,"":null}',
    );
    const session = await s.create({ metadata });
    const read = await s.store.readSession(session.sessionId);
    expect(read.outcome === "live" && JSON.stringify(read.session.metadata)).toBe(JSON.stringify(metadata));
  });
};

const describeContinuedChannels = (setting: () => Setting): void => {
  test("a channel whose session is gone is continued after its last message and time", async () => {
    const s = setting();
    const first = await s.create();
    await s.say(first, "one");
    const last = await s.say(first, "two");
    await s.ended(first);
    const second = created(await s.continueOn(first));
    expect(second).toMatchObject({ channelId: first.channelId, lastSeq: 2, messageCount: 0 });
    const next = await s.say(second, "three");
    expect(next.seq).toBe(3);
    expect(next.createdAt).toBeGreaterThan(last.createdAt);
    expect((await s.page({ channelId: first.channelId, limit: 10 })).contents).toEqual([
      "three",
      "two",
      "one",
    ]);
  });

  test("a channel can be continued with another agent, and not by another user", async () => {
    const s = setting();
    const first = await s.create();
    await s.ended(first);
    const { channelId, userId } = first;
    const stranger = newSessionDraft({ channelId, continues: true });
    expect(await s.store.createSession(stranger, null)).toEqual({ outcome: "channel_not_found" });
    const agentId = crypto.randomUUID();
    const draft = newSessionDraft({ channelId, userId, agentId, continues: true });
    expect(created(await s.store.createSession(draft, null))).toMatchObject({ agentId, channelId });
  });

  test("an unknown channel can't be continued", async () => {
    const s = setting();
    const draft = newSessionDraft({ continues: true });
    expect(await s.store.createSession(draft, null)).toEqual({ outcome: "channel_not_found" });
    expect(await s.store.readSession(draft.sessionId)).toMatchObject({ gone: { state: "unknown" } });
  });

  test("a channel with a live session is in use until the session ends", async () => {
    const s = setting();
    const first = await s.create();
    expect(await s.continueOn(first)).toEqual({ outcome: "channel_in_use" });
    await s.ended(first);
    expect(await s.continueOn(first)).toMatchObject({ outcome: "created" });
  });

  test("an expired session frees its channel at once, and its ending is still recorded", async () => {
    const s = setting();
    const first = await s.create();
    await s.say(first);
    await s.advance(30 * minute);
    const second = created(await s.continueOn(first));
    expect(await s.continueOn(first)).toEqual({ outcome: "channel_in_use" });
    await s.say(second);
    const endings = await s.store.expireSessions(10);
    expect(endings.map(({ sessionId, lastSeq }) => [sessionId, lastSeq])).toEqual([[first.sessionId, 1]]);
    expect(await s.store.readSession(second.sessionId)).toMatchObject({ outcome: "live" });
  });

  test("of concurrent sessions on one channel exactly one is created", async () => {
    const s = setting();
    const first = await s.create();
    await s.say(first);
    await s.ended(first);
    const { channelId, userId } = first;
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? s.store : s.other).createSession(
          newSessionDraft({ channelId, userId, continues: true }),
          null,
        ),
      ),
    );
    const winners = outcomes.filter(({ outcome }) => outcome === "created");
    expect(winners).toHaveLength(1);
    expect(winners[0]).toMatchObject({ session: { lastSeq: 1 } });
    expect(outcomes.filter(({ outcome }) => outcome === "channel_in_use")).toHaveLength(19);
  });

  test("a channel that is continued while its session ends never loses or repeats a seq", async () => {
    const s = setting();
    let session = await s.create();
    for (let round = 0; round < 10; round++) {
      const say = s.say(session).catch(() => null);
      const end = s.end(session);
      const next = s.other.createSession(
        newSessionDraft({ channelId: session.channelId, userId: session.userId, continues: true }),
        null,
      );
      await Promise.all([say, end]);
      const outcome = await next;
      session = outcome.outcome === "created" ? outcome.session : created(await s.continueOn(session));
      await s.say(session);
    }
    const messages = await s.store.readMessagesAfter(session.channelId, 0, 1_000);
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, i) => i + 1));
  });
};

const describeCreateKeys = (setting: () => Setting): void => {
  test("a repeated idempotency key gets the first answer, also if the session has changed or is gone", async () => {
    const s = setting();
    const key = { key: "k1", fingerprint: "body" };
    const first = created(await s.store.createSession(newSessionDraft({ metadata: { a: 1 } }), key));
    await s.advance(minute);
    await s.say(first);
    expect(await s.other.createSession(newSessionDraft(), key)).toEqual({
      outcome: "repeated",
      session: first,
    });
    await s.ended(first);
    expect(await s.store.createSession(newSessionDraft(), key)).toEqual({
      outcome: "repeated",
      session: first,
    });
    expect((await s.store.countSessions()).active).toBe(0);
  });

  test("an idempotency key with another body is refused and creates nothing", async () => {
    const s = setting();
    await s.store.createSession(newSessionDraft(), { key: "k", fingerprint: "one" });
    const outcome = await s.store.createSession(newSessionDraft(), { key: "k", fingerprint: "two" });
    expect(outcome).toEqual({ outcome: "key_reused" });
    expect((await s.store.countSessions()).active).toBe(1);
  });

  test("a repeated answer takes precedence over an unknown channel, and that over a reused key", async () => {
    const s = setting();
    const key = { key: "k", fingerprint: "one" };
    const first = created(await s.store.createSession(newSessionDraft(), key));
    const { channelId, userId } = first;
    const notFound = [{}, { channelId }].map((given) => newSessionDraft({ ...given, continues: true }));
    const found = newSessionDraft({ channelId, userId, continues: true });
    for (const draft of notFound) {
      expect(await s.store.createSession(draft, key)).toEqual({ outcome: "repeated", session: first });
      expect(await s.other.createSession(draft, { ...key, fingerprint: "two" })).toEqual({
        outcome: "channel_not_found",
      });
    }
    expect(await s.store.createSession(found, { ...key, fingerprint: "two" })).toEqual({
      outcome: "key_reused",
    });
    expect(await s.store.createSession(newSessionDraft(), key)).toMatchObject({ outcome: "repeated" });
  });

  test("a session that was created with a key is found by that key alone", async () => {
    const s = setting();
    const key = { key: "k", fingerprint: "body" };
    expect(await s.store.readCreated(key)).toBeNull();
    const first = created(await s.store.createSession(newSessionDraft(), key));
    await s.say(first);
    await s.ended(first);
    expect(await s.other.readCreated(key)).toEqual(first);
    expect(await s.store.readCreated({ ...key, fingerprint: "another" })).toBeNull();
    expect(await s.store.readCreated({ ...key, key: "another" })).toBeNull();
  });

  test("concurrent creates with one key create one session", async () => {
    const s = setting();
    const key = { key: "k", fingerprint: "body" };
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? s.store : s.other).createSession(newSessionDraft(), key)),
    );
    expect(outcomes.filter(({ outcome }) => outcome === "created")).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === "repeated")).toHaveLength(19);
    expect(new Set(outcomes.map((o) => "session" in o && o.session.sessionId)).size).toBe(1);
    expect((await s.store.countSessions()).active).toBe(1);
  });

  test("a create that is refused does not use its key", async () => {
    const s = setting();
    const key = { key: "k", fingerprint: "body" };
    const first = await s.create();
    const draft = newSessionDraft({ channelId: first.channelId, userId: first.userId, continues: true });
    expect(await s.store.createSession(draft, key)).toEqual({ outcome: "channel_in_use" });
    await s.ended(first);
    expect(await s.store.createSession(draft, key)).toMatchObject({ outcome: "created" });
  });
};

const describeKeySweeps = (setting: () => Setting): void => {
  test("a sweep deletes at most the limit of keys, until none is left", async () => {
    const s = setting();
    const keys = [1, 2, 3].map((n) => ({ key: `key ${n}`, fingerprint: "body" }));
    for (const key of keys) await s.store.createSession(newSessionDraft(), key);
    await s.end(await s.create(), null, "key");
    await s.advance(1);
    const cutoff = s.store.now();
    expect(await s.store.deleteIdempotencyKeysBefore(cutoff, 3)).toBe(3);
    expect(await s.store.deleteIdempotencyKeysBefore(cutoff, 3)).toBe(1);
    expect(await s.store.deleteIdempotencyKeysBefore(cutoff, 3)).toBe(0);
    for (const key of keys)
      expect(await s.store.createSession(newSessionDraft(), key)).toMatchObject({ outcome: "created" });
  });

  test("a swept key is deleted, and a newer one is not", async () => {
    const s = setting();
    const [old, young] = ["old", "young"].map((key) => ({ key, fingerprint: "body" }));
    await s.store.createSession(newSessionDraft(), old ?? null);
    await s.advance(1);
    await s.store.createSession(newSessionDraft(), young ?? null);
    await s.store.deleteIdempotencyKeysBefore(s.store.now(), 10);
    expect(await s.store.createSession(newSessionDraft(), young ?? null)).toMatchObject({
      outcome: "repeated",
    });
    expect(await s.store.createSession(newSessionDraft(), old ?? null)).toMatchObject({ outcome: "created" });
  });
};

export const describeCreating = (setting: () => Setting): void => {
  describeNewSessions(setting);
  describeContinuedChannels(setting);
  describeCreateKeys(setting);
  describeKeySweeps(setting);
};
