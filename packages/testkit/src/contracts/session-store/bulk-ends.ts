import { type EndingRecord, replyLeaseMs } from "@adjourn/sessions";
import { expect, test } from "vitest";
import { admin, minute, type Setting } from "./setup.js";

/** An end of many sessions ends exactly those that match. */
export const describeBulkEnds = (setting: () => Setting): void => {
  test("a bulk end takes at most the limit of sessions that match all filters, and no newer ones", async () => {
    const s = setting();
    const [agentId, userId] = [crypto.randomUUID(), crypto.randomUUID()];
    const both = await Promise.all(Array.from({ length: 5 }, () => s.create({ agentId, userId })));
    const others = [await s.create({ agentId }), await s.create({ userId })];
    const { total, at: createdUntil } = await s.store.countMatching({ agentId, userId });
    expect(total).toBe(5);
    await s.advance(1);
    const newcomer = await s.create({ agentId, userId });
    const ended: EndingRecord[] = [];
    for (;;) {
      const last = ended.at(-1);
      const after = last && { time: last.createdAt, id: last.sessionId };
      const end = { reason: "cleared", caller: admin, limit: 3, after };
      const some = await s.store.endMatching({ agentId, userId, createdUntil }, end);
      expect(some.length).toBeLessThanOrEqual(3);
      if (some.length === 0) break;
      ended.push(...some);
    }
    expect(ended).toEqual(ended.toSorted((one, next) => one.createdAt - next.createdAt));
    expect(ended.map(({ sessionId }) => sessionId).sort()).toEqual(both.map((b) => b.sessionId).sort());
    for (const ending of ended)
      expect(ending).toMatchObject({ cause: "bulk", reason: "cleared", endedBy: "admin", actor: "ops" });
    const left = [...others, newcomer].map(({ sessionId }) => sessionId);
    expect(await s.store.readSessions(left)).toHaveLength(3);
  });

  test("a bulk end by up to five thousand ids takes the live sessions, each once", async () => {
    const s = setting();
    const [a, b, gone, kept] = [await s.create(), await s.create(), await s.create(), await s.create()];
    await s.ended(gone);
    const unknown = Array.from({ length: 4_990 }, () => crypto.randomUUID());
    const sessionIds = [a.sessionId, a.sessionId, b.sessionId, gone.sessionId, ...unknown];
    expect(await s.store.countMatching({ sessionIds })).toMatchObject({ total: 2 });
    expect(await s.store.countMatching({ sessionIds, userId: a.userId })).toMatchObject({ total: 1 });
    expect(await s.store.countMatching({ sessionIds: [] })).toMatchObject({ total: 0 });
    expect(await s.endMatching({ sessionIds })).toHaveLength(2);
    expect(await s.endMatching({ sessionIds })).toEqual([]);
    expect(await s.store.readSession(kept.sessionId)).toMatchObject({ outcome: "live" });
  });

  test("a bulk end of named sessions tells the endings in the order of their creation", async () => {
    const s = setting();
    const sessionIds: string[] = [];
    // Neither the order of the ids nor the order in which they are named.
    for (const start of ["9", "5", "7"]) {
      const { sessionId } = await s.create({ sessionId: `${start}${crypto.randomUUID().slice(1)}` });
      sessionIds.push(sessionId);
      await s.advance(1);
    }
    const [first, second, third] = sessionIds as [string, string, string];
    const ended = await s.endMatching({ sessionIds: [second, first, third] });
    expect(ended.map(({ sessionId }) => sessionId)).toEqual(sessionIds);
  });

  test("a bulk end by age or by idleness takes the sessions that are as old, or as idle, at least", async () => {
    const s = setting();
    const userId = crypto.randomUUID();
    const [idle, active] = [await s.create({ userId }), await s.create({ userId })];
    const at = s.store.now();
    await s.advance(10 * minute);
    const young = await s.create({ userId });
    await s.store.recordHeartbeat(active.sessionId);
    await s.advance(minute);
    const idleFor = (minutes: number) => ({ userId, idleSince: s.store.now() - minutes * minute });
    expect(await s.store.countMatching({ userId, createdUntil: at + 1_000 })).toMatchObject({ total: 2 });
    expect(await s.store.countMatching(idleFor(5))).toMatchObject({ total: 1 });
    expect(await s.store.countMatching(idleFor(1))).toMatchObject({ total: 3 });
    expect(await s.endMatching({ ...idleFor(1), createdUntil: at - 60_000 })).toEqual([]);
    const ended = await s.endMatching(idleFor(5));
    expect(ended.map(({ sessionId }) => sessionId)).toEqual([idle.sessionId]);
    expect(await s.store.readSessions([young.sessionId, active.sessionId])).toHaveLength(2);
    const older = await s.endMatching({ userId, createdUntil: at + 1_000 });
    expect(older.map(({ sessionId }) => sessionId)).toEqual([active.sessionId]);
  });

  test("matches are named, and their replies in flight counted, while they are live", async () => {
    const s = setting();
    const [agentId, userId] = [crypto.randomUUID(), crypto.randomUUID()];
    const [mine, theirs] = [await s.create({ agentId, userId }), await s.create({ agentId })];
    const gone = await s.create({ agentId, userId });
    const replies = [await s.ask(mine), await s.ask(mine), await s.ask(theirs), await s.ask(gone)];
    await s.ended(gone);
    const sessionIds = [mine, theirs, gone].map(({ sessionId }) => sessionId);
    expect(await s.other.readMatchingIds({ userId, sessionIds })).toEqual([mine.sessionId]);
    expect((await s.other.readMatchingIds({ sessionIds })).toSorted()).toEqual(
      sessionIds.slice(0, 2).toSorted(),
    );
    expect(await s.other.readMatchingIds({ sessionIds: [] })).toEqual([]);
    const counts = () =>
      Promise.all(
        [{ agentId }, { userId }, { sessionIds }].map((filter) => s.other.countPendingReplies(filter)),
      );
    expect(await counts()).toEqual([3, 2, 3]);
    await s.advance(replyLeaseMs / 2);
    await s.store.renewReplies(replies.slice(1));
    await s.advance(replyLeaseMs / 2);
    expect(await counts()).toEqual([2, 1, 2]);
    await s.advance(30 * minute);
    expect(await s.other.readMatchingIds({ sessionIds })).toEqual([]);
  });

  test("a bulk end skips expired sessions", async () => {
    const s = setting();
    const { userId } = await s.create();
    await s.advance(30 * minute);
    expect(await s.store.countMatching({ userId })).toMatchObject({ total: 0 });
    expect(await s.endMatching({ userId })).toEqual([]);
  });

  test("concurrent single and bulk ends end each session exactly once", async () => {
    const s = setting();
    const agentId = crypto.randomUUID();
    const all = await Promise.all(Array.from({ length: 20 }, () => s.create({ agentId })));
    const end = { reason: null, caller: admin, limit: 100 };
    const [bulk, otherBulk, ...singles] = await Promise.all([
      s.store.endMatching({ agentId }, end),
      s.other.endMatching({ agentId }, end),
      ...all.map((session) => s.end(session)),
    ]);
    const won = singles.flatMap((o) => (o.outcome === "ended" ? [o.ending] : []));
    const ids = [...(bulk ?? []), ...(otherBulk ?? []), ...won].map(({ sessionId }) => sessionId);
    expect(ids.length).toBe(20);
    expect(new Set(ids).size).toBe(20);
  });
};
