import { type Session, systemCaller } from "@adjourn/sessions";
import { expect, test } from "vitest";
import { describeBulkEnds } from "./bulk-ends.js";
import { admin, minute, type Setting } from "./setup.js";

const describeSingleEnds = (setting: () => Setting): void => {
  test("an ending records who, when, why and the number of messages", async () => {
    const s = setting();
    const session = await s.create();
    await s.converse(session);
    await s.advance(minute);
    const ending = await s.ended(session, "done with it — ✓");
    expect(ending).toEqual({
      sessionId: session.sessionId,
      channelId: session.channelId,
      agentId: session.agentId,
      userId: session.userId,
      createdAt: session.createdAt,
      expiresAt: session.expiresAt,
      lastSeq: 2,
      endedAt: s.store.now(),
      cause: "requested",
      reason: "done with it — ✓",
      endedBy: "admin",
      actor: "ops",
      messageCount: 2,
      listenersDropped: 0,
      operationsAborted: 0,
    });
    expect(await s.other.readEndings([session.sessionId, session.sessionId, "unknown"])).toEqual([ending]);
    const gone = { outcome: "gone", gone: { state: "ended", ending } };
    expect(await s.other.readSession(session.sessionId)).toEqual(gone);
    expect(await s.other.appendMessage(s.message(session))).toEqual(gone);
    expect(await s.other.renewSession(session.sessionId)).toEqual(gone);
    expect(await s.other.recordHeartbeat(session.sessionId)).toEqual(gone);
    expect(await s.other.updateTimeout(session.sessionId, {})).toEqual(gone);
    expect(await s.store.readMessagesAfter(session.channelId, 0, 10)).toHaveLength(2);
  });

  test("a message count is that of the session, not of its channel", async () => {
    const s = setting();
    const first = await s.create();
    await s.say(first);
    await s.ended(first);
    const outcome = await s.continueOn(first);
    if (outcome.outcome !== "created") throw new Error(outcome.outcome);
    await s.say(outcome.session);
    expect(await s.ended(outcome.session)).toMatchObject({ messageCount: 1, lastSeq: 2 });
  });

  test("an ending is not before its last message, though the times of a burst run ahead of the clock", async () => {
    const s = setting();
    const ends = [
      (session: Session) => s.end(session),
      (session: Session) => s.end(session, null, "key"),
      ({ userId }: Session) => s.endMatching({ userId }),
      ({ userId }: Session) => s.store.blockUser({ userId, until: null, reason: null, caller: admin }),
    ];
    for (const end of ends) {
      const session = await s.create();
      for (let count = 0; count < 9; count += 1) await s.say(session);
      const { createdAt } = await s.say(session);
      expect(createdAt).toBe(s.store.now() + 9);
      await end(session);
      expect(await s.store.readEndings([session.sessionId])).toMatchObject([{ endedAt: createdAt }]);
    }
  });

  test("exactly one of concurrent ends wins, and all others get its ending", async () => {
    const s = setting();
    const session = await s.create();
    const { sessionId } = session;
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        (i % 2 ? s.store : s.other).endSession({
          sessionId,
          reason: `${i}`,
          caller: admin,
          idempotencyKey: null,
        }),
      ),
    );
    const winners = outcomes.filter((o) => o.outcome === "ended");
    expect(winners).toHaveLength(1);
    const gone = { outcome: "gone", gone: { state: "ended", ending: winners[0]?.ending } };
    for (const outcome of outcomes) if (outcome.outcome !== "ended") expect(outcome).toEqual(gone);
  });

  test("messages concurrent with an end are stored before it or refused, and the ending has their number", async () => {
    const s = setting();
    for (let round = 0; round < 5; round++) {
      const session = await s.create();
      const replies = await Promise.all(Array.from({ length: 5 }, () => s.ask(session)));
      const appends = Array.from({ length: 5 }, (_, i) =>
        (i % 2 ? s.store : s.other).appendMessage(s.message(session)),
      );
      const answers = replies.map((reply, i) => (i % 2 ? s.other : s.store).appendReply(reply));
      const end = s.other.endSession({
        sessionId: session.sessionId,
        reason: null,
        caller: admin,
        idempotencyKey: null,
      });
      const later = Array.from({ length: 10 }, () => s.store.appendMessage(s.message(session)));
      const outcomes = await Promise.all([...appends, ...answers, ...later]);
      const stored = replies.length + outcomes.filter(({ outcome }) => outcome === "stored").length;
      expect(await end).toMatchObject({
        outcome: "ended",
        ending: { lastSeq: stored, messageCount: stored },
      });
      expect(await s.store.readMessagesAfter(session.channelId, 0, 100)).toHaveLength(stored);
    }
  });
};

const describeEndKeys = (setting: () => Setting): void => {
  test("the key that ended a session gets its answer again, and another key does not", async () => {
    const s = setting();
    const [session, second] = [await s.create(), await s.create()];
    const first = await s.end(session, "why", "key");
    expect(first).toMatchObject({ outcome: "ended", ending: { reason: "why" } });
    const ending = first.outcome === "ended" && first.ending;
    expect(await s.end(session, "another reason", "key")).toEqual({
      outcome: "repeated",
      ending,
    });
    expect(await s.end(session, "why", "other key")).toEqual({
      outcome: "gone",
      gone: { state: "ended", ending },
    });
    expect(await s.end(session, "why", null)).toMatchObject({ outcome: "gone" });
    expect(await s.end(second, null, "key")).toMatchObject({ outcome: "ended" });
  });

  test("concurrent ends with one key end once, and all get that answer", async () => {
    const s = setting();
    const { sessionId } = await s.create();
    const request = { sessionId, reason: null, caller: admin, idempotencyKey: "key" };
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? s.store : s.other).endSession(request)),
    );
    expect(outcomes.filter(({ outcome }) => outcome === "ended")).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === "repeated")).toHaveLength(19);
  });

  test("counts that are added after an end reach its ending, and do not change the answer to a retry", async () => {
    const s = setting();
    const session = await s.create();
    const first = await s.end(session, "why", "key");
    await s.other.addEndingCounts([
      { sessionId: session.sessionId, listenersDropped: 9, operationsAborted: 3 },
    ]);
    const ending = {
      ...(first.outcome === "ended" && first.ending),
      listenersDropped: 9,
      operationsAborted: 3,
    };
    expect(await s.end(session, null, "key")).toEqual({ outcome: "repeated", ending });
  });

  test("a key that lost, or was swept, ends nothing and gets no answer", async () => {
    const s = setting();
    const [lost, swept] = [await s.create(), await s.create()];
    await s.ended(lost);
    await s.end(lost, null, "late");
    expect(await s.end(lost, null, "late")).toMatchObject({ outcome: "gone" });
    await s.end(swept, null, "key");
    await s.advance(1);
    await s.store.deleteIdempotencyKeysBefore(s.store.now(), 10);
    expect(await s.end(swept, null, "key")).toMatchObject({ outcome: "gone", gone: { state: "ended" } });
  });
};

const describeExpiry = (setting: () => Setting): void => {
  test("expired sessions are recorded oldest first, with the cause of their expiry", async () => {
    const s = setting();
    const byTimeout = await s.create();
    const byCap = await s.create({ timeoutConfig: { maxDurationMinutes: 30 } });
    const early = await s.create({ timeoutConfig: { timeoutMinutes: 10 } });
    await s.create({ timeoutConfig: { timeoutMinutes: 60 } });
    await s.advance(31 * minute);
    expect(await s.store.countSessions()).toMatchObject({ active: 1, expired: 3 });
    const first = await s.store.expireSessions(1);
    expect(first).toMatchObject([
      { sessionId: early.sessionId, cause: "expired", expiresAt: early.expiresAt },
    ]);
    const rest = await s.other.expireSessions(10);
    const system = { ...systemCaller, reason: null, endedAt: s.store.now() };
    expect(rest.find(({ sessionId }) => sessionId === byTimeout.sessionId)).toMatchObject({
      ...system,
      cause: "expired",
    });
    expect(rest.find(({ sessionId }) => sessionId === byCap.sessionId)).toMatchObject({
      ...system,
      cause: "max_duration",
    });
    expect(await s.store.expireSessions(10)).toEqual([]);
    expect(await s.store.readSession(early.sessionId)).toMatchObject({
      gone: { state: "ended", ending: { cause: "expired" } },
    });
  });

  test("concurrent sweeps record each expired session once", async () => {
    const s = setting();
    for (let i = 0; i < 15; i++) await s.create();
    await s.advance(30 * minute);
    const sweeps = await Promise.all([
      s.store.expireSessions(10),
      s.other.expireSessions(10),
      s.store.expireSessions(10),
    ]);
    const rest = await s.store.expireSessions(100);
    const ids = [...sweeps.flat(), ...rest].map(({ sessionId }) => sessionId);
    expect(ids.length).toBe(15);
    expect(new Set(ids).size).toBe(15);
  });
};

const describeReportedCounts = (setting: () => Setting): void => {
  test("the counts that nodes report for an ending are added up", async () => {
    const s = setting();
    const [first, second] = [await s.ended(await s.create()), await s.ended(await s.create())];
    const unknown = { sessionId: "unknown", listenersDropped: 1, operationsAborted: 1 };
    const cut = (
      { sessionId }: { sessionId: string },
      listenersDropped: number,
      operationsAborted: number,
    ) => ({
      sessionId,
      listenersDropped,
      operationsAborted,
    });
    await Promise.all([
      s.store.addEndingCounts([cut(first, 2, 1), unknown, cut(second, 1, 0)]),
      s.other.addEndingCounts([cut(second, 4, 0), cut(first, 3, 0), cut(first, 1, 2)]),
    ]);
    const endings = await s.store.readEndings([first.sessionId, second.sessionId]);
    const counted = new Map(endings.map((ending) => [ending.sessionId, ending]));
    expect(counted.get(first.sessionId)).toMatchObject({ listenersDropped: 6, operationsAborted: 3 });
    expect(counted.get(second.sessionId)).toMatchObject({ listenersDropped: 5, operationsAborted: 0 });
  });
};

export const describeEnding = (setting: () => Setting): void => {
  describeSingleEnds(setting);
  describeEndKeys(setting);
  describeBulkEnds(setting);
  describeExpiry(setting);
  describeReportedCounts(setting);
};
