import { type PagePosition, replyLeaseMs, type Session } from "@adjourn/sessions";
import { expect, test } from "vitest";
import { minute, type Setting } from "./setup.js";

const ids = (rows: readonly { sessionId: string }[]): string[] => rows.map(({ sessionId }) => sessionId);

/** Lists and bulk ends select the sessions that have a reply in flight, and those that are named. */
export const describeReplying = (setting: () => Setting): void => {
  test("a session is listed as replying from its message until no reply is in flight", async () => {
    const s = setting();
    const agentId = crypto.randomUUID();
    const [one, two, silent] = [await s.create({ agentId }), await s.create(), await s.create()];
    await s.converse(silent);
    const replies = [await s.ask(one), await s.ask(one), await s.ask(two)];
    const listed = async (filter: object = {}) => {
      const page = await s.other.listSessions({ ...filter, isReplying: true }, { limit: 10 });
      expect(page).toMatchObject({ total: page.sessions.length, stats: { active: 3 }, next: null });
      return ids(page.sessions).toSorted();
    };
    expect(await listed()).toEqual(ids([one, two]).toSorted());
    expect(await listed({ agentId })).toEqual([one.sessionId]);
    expect(await listed({ search: two.channelId })).toEqual([two.sessionId]);
    expect(await listed({ sessionIds: ids([two, silent]) })).toEqual([two.sessionId]);
    await s.store.appendReply(replies[0] ?? expect.fail());
    expect(await listed({ agentId })).toEqual([one.sessionId]);
    await s.store.appendReply(replies[1] ?? expect.fail());
    expect(await listed()).toEqual([two.sessionId]);
    await s.advance(replyLeaseMs);
    expect(await listed()).toEqual([]);
  });

  test("no page of those that are replying, or named, has a gap or a duplicate", async () => {
    const s = setting();
    const replying: Session[] = [];
    for (let nth = 0; nth < 9; nth += 1) {
      const session = await s.create({ timeoutConfig: { timeoutMinutes: 30 + (nth % 4) } });
      await s.create();
      replying.push(session);
      await s.ask(session);
      if (nth % 3 === 2) await s.advance(1);
    }
    const sessionIds = [...ids(replying), ...Array.from({ length: 6_000 }, () => crypto.randomUUID())];
    for (const sort of ["createdAt", "expiresAt"] as const)
      for (const filter of [
        { isReplying: true },
        { sessionIds },
        { isReplying: true, sessionIds },
      ] as const) {
        const seen: Session[] = [];
        let after: PagePosition | undefined;
        do {
          const page = await s.other.listSessions(filter, { limit: 4, sort, after });
          expect(page.total).toBe(9);
          seen.push(...page.sessions);
          after = page.next ?? undefined;
        } while (after);
        expect(ids(seen).toSorted()).toEqual(ids(replying).toSorted());
        const times = seen.map((session) => session[sort]);
        expect(times).toEqual(times.toSorted((a, b) => (sort === "createdAt" ? b - a : a - b)));
      }
    expect(await s.other.listSessions({ sessionIds: [] }, { limit: 4 })).toMatchObject({
      sessions: [],
      total: 0,
    });
  });

  test("an expired session is not replying, nor listed where it is named", async () => {
    const s = setting();
    const session = await s.create({ timeoutConfig: { timeoutMinutes: 5 } });
    const { sessionId } = session;
    const reply = await s.ask(session);
    for (let renewed = 0; renewed <= 5 * minute; renewed += replyLeaseMs / 2) {
      await s.advance(replyLeaseMs / 2);
      await s.store.renewReplies([reply]);
    }
    for (const filter of [{ isReplying: true }, { sessionIds: [sessionId] }] as const) {
      expect(await s.other.listSessions(filter, { limit: 4 })).toMatchObject({ sessions: [], total: 0 });
      expect(await s.store.countMatching(filter)).toMatchObject({ total: 0 });
      expect(await s.endMatching(filter)).toEqual([]);
    }
    expect(await s.store.countPendingReplies({ isReplying: true })).toBe(0);
  });

  test("a bulk end takes those that are replying, and no others", async () => {
    const s = setting();
    const agentId = crypto.randomUUID();
    const replying = [await s.create({ agentId }), await s.create({ agentId }), await s.create({ agentId })];
    const others = [await s.create({ agentId }), await s.create()];
    const answered = await s.create({ agentId });
    for (const session of [...replying, others[1] ?? expect.fail()]) await s.ask(session);
    await s.converse(answered);
    const filter = { agentId, isReplying: true } as const;
    expect(await s.store.countMatching(filter)).toMatchObject({ total: 3 });
    expect(await s.store.countPendingReplies(filter)).toBe(3);
    const ended = [...(await s.endMatching(filter, 2)), ...(await s.endMatching(filter, 2))];
    expect(ids(ended).toSorted()).toEqual(ids(replying).toSorted());
    expect(await s.endMatching(filter)).toEqual([]);
    expect(await s.store.readSessions(ids([...others, answered]))).toHaveLength(3);
  });
};
