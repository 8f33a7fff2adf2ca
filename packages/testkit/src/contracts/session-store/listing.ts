import type { PagePosition, Session } from "@adjourn/sessions";
import { expect, test } from "vitest";
import { minute, type Setting } from "./setup.js";

const byIdDescending = (a: { sessionId: string }, b: { sessionId: string }): number =>
  a.sessionId < b.sessionId ? 1 : -1;

const ids = (rows: readonly { sessionId: string }[]) => rows.map(({ sessionId }) => sessionId);

const describeSessionList = (setting: () => Setting): void => {
  test("live sessions are listed newest first, ties by id, with totals and counts", async () => {
    const s = setting();
    const old = await s.create({ timeoutConfig: { timeoutMinutes: 5 } });
    await s.advance(5 * minute);
    const tied = [await s.create(), await s.create(), await s.create()];
    await s.advance(1);
    const newest = await s.create();
    await s.say(newest);
    await s.ended(await s.create());
    const { sessions, total, stats, next } = await s.other.listSessions({}, { limit: 100 });
    expect(ids(sessions)).toEqual([newest.sessionId, ...ids(tied.sort(byIdDescending))]);
    expect(sessions[0]).toMatchObject({ lastSeq: 1, messageCount: 1 });
    expect({ total, stats, next }).toEqual({ total: 4, stats: { active: 4, expired: 1 }, next: null });
    expect(ids(sessions)).not.toContain(old.sessionId);
  });

  test("an empty store lists and counts nothing", async () => {
    const { store } = setting();
    expect(await store.listSessions({}, { limit: 10 })).toEqual({
      sessions: [],
      total: 0,
      stats: { active: 0, expired: 0 },
      next: null,
    });
    expect(await store.listEndings({}, { limit: 10 })).toEqual({ endings: [], next: null });
    expect(await store.countSessions()).toEqual({ active: 0, expired: 0, expiringSoon: 0 });
    expect(await store.hasDue()).toBe(false);
  });

  test("a list matches all filters, and so does the total, but not the counts", async () => {
    const s = setting();
    const [agentId, userId] = [crypto.randomUUID(), crypto.randomUUID()];
    const both = await s.create({ agentId, userId });
    await s.create({ agentId });
    await s.create({ userId });
    const list = (filter: object) => s.store.listSessions(filter, { limit: 1 });
    expect(await list({ agentId })).toMatchObject({ total: 2, stats: { active: 3, expired: 0 } });
    expect(await list({ agentId, userId })).toMatchObject({ total: 1, sessions: [both], next: null });
    expect(await list({ agentId: userId })).toMatchObject({ total: 0, sessions: [] });
    expect(await list({ agentId, search: userId.slice(0, 8) })).toMatchObject({ total: 1, sessions: [both] });
  });
};

const describePages = (setting: () => Setting): void => {
  test("pages have no gap and no duplicate while rows are added and removed", async () => {
    const s = setting();
    const all: Session[] = [];
    for (let i = 0; i < 12; i++) {
      all.push(await s.create());
      if (i % 3 === 2) await s.advance(1);
    }
    const seen: string[] = [];
    let after: PagePosition | undefined;
    for (let page = 0; ; page++) {
      const { sessions, next } = await s.store.listSessions({}, { limit: 4, after });
      seen.push(...ids(sessions));
      if (page === 0) {
        await s.create();
        const last = all.find(({ sessionId }) => sessionId === seen.at(-1));
        if (last) await s.ended(last);
      }
      if (!next) break;
      after = next;
    }
    expect(seen.length).toBe(12);
    expect(new Set(seen)).toEqual(new Set(ids(all)));
  });

  test("a last page that is full has no next page", async () => {
    const s = setting();
    for (let i = 0; i < 4; i++) await s.ended(await s.create());
    for (let i = 0; i < 4; i++) await s.create();
    expect((await s.store.listSessions({}, { limit: 4 })).next).toBeNull();
    expect((await s.store.listSessions({}, { limit: 3 })).next).not.toBeNull();
    expect((await s.store.listEndings({}, { limit: 4 })).next).toBeNull();
    expect((await s.store.listEndings({}, { limit: 3 })).next).not.toBeNull();
  });
};

const describeSearch = (setting: () => Setting): void => {
  test("filters by agent and user find any case of the id, in sessions and in endings", async () => {
    const s = setting();
    const [agentId, userId] = [crypto.randomUUID(), `${crypto.randomUUID().slice(0, -1)}f`];
    const live = [
      await s.create({ agentId, userId }),
      await s.create({ agentId, userId: userId.toUpperCase() }),
    ];
    const over = await s.create({ agentId, userId });
    await s.end(over);
    for (const filter of [
      { userId },
      { userId: userId.toUpperCase() },
      { agentId: agentId.toUpperCase() },
      { agentId: agentId.toUpperCase(), userId: userId.toUpperCase() },
    ]) {
      const { sessions, total } = await s.store.listSessions(filter, { limit: 10 });
      const ids = live.map(({ sessionId }) => sessionId).sort();
      expect([total, sessions.map(({ sessionId }) => sessionId).sort()]).toEqual([2, ids]);
      const { endings } = await s.store.listEndings(filter, { limit: 10 });
      expect(endings.map(({ sessionId }) => sessionId)).toEqual([over.sessionId]);
      expect(await s.other.countMatching(filter)).toMatchObject({ total: 2 });
      expect([...(await s.other.readMatchingIds({ ...filter, sessionIds: ids }))].sort()).toEqual(ids);
    }
    const ended = await s.endMatching({ userId: userId.toUpperCase() });
    expect(ended).toHaveLength(2);
  });

  test("a search finds the start of any id in any case, and nothing in the middle", async () => {
    const s = setting();
    const session = await s.create({
      sessionId: "aaaa1111-session",
      channelId: "bbbb2222-channel",
      agentId: "CCCC3333-agent",
      userId: "dddd4444-user",
    });
    await s.create();
    const found = async (search: string) =>
      ids((await s.store.listSessions({ search }, { limit: 10 })).sessions);
    for (const search of ["aaaa1", "AAAA1111-SESSION", "bBbB2", "cccc3333-a", "DDDD"])
      expect(await found(search)).toEqual([session.sessionId]);
    for (const search of ["aaa1", "1111", "session", "aaaa1111-sessions"])
      expect(await found(search)).toEqual([]);
    expect(await found("")).toHaveLength(2);
    const ending = await s.ended(session);
    expect((await s.store.listEndings({ search: "Cccc3" }, { limit: 10 })).endings).toEqual([ending]);
    expect((await s.store.listEndings({ search: "3333" }, { limit: 10 })).endings).toEqual([]);
  });

  test("a search takes percent, underscore, backslash and quotes literally", async () => {
    const s = setting();
    const odd = ["a%b", "a_b", "a\\b", "a'b", 'a"b', "a*b", "a[b"];
    for (const sessionId of odd) await s.create({ sessionId, channelId: `channel-${sessionId}` });
    await s.create({ sessionId: "axb" });
    for (const search of odd) {
      const { sessions, total } = await s.store.listSessions({ search }, { limit: 10 });
      expect(ids(sessions)).toEqual([search]);
      expect(total).toBe(1);
    }
    const percent = await s.store.listSessions({ search: "%" }, { limit: 10 });
    expect(percent.total).toBe(0);
  });
};

const describeEndingsList = (setting: () => Setting): void => {
  test("endings are listed newest first, also by cause, in correct pages", async () => {
    const s = setting();
    const agentId = crypto.randomUUID();
    const requested = [];
    for (let i = 0; i < 5; i++) {
      requested.push(await s.ended(await s.create({ agentId })));
      if (i % 2) await s.advance(1);
    }
    await s.create({ agentId });
    const [bulk] = await s.endMatching({ agentId });
    await s.create({ timeoutConfig: { timeoutMinutes: 5 } });
    await s.advance(5 * minute);
    const [expired] = await s.store.expireSessions(10);
    const list = async (filter: object) => (await s.store.listEndings(filter, { limit: 100 })).endings;
    expect((await list({}))[0]).toEqual(expired);
    expect(await list({ cause: "bulk" })).toEqual([bulk]);
    expect(await list({ cause: "max_duration" })).toEqual([]);
    expect(await list({ cause: "requested", agentId })).toHaveLength(5);
    expect(await list({ userId: expired?.userId })).toEqual([expired]);

    const first = await s.store.listEndings({ agentId }, { limit: 4 });
    await s.ended(await s.create({ agentId }));
    const second = await s.store.listEndings({ agentId }, { limit: 4, after: first.next ?? undefined });
    expect(second.next).toBeNull();
    const seen = [...first.endings, ...second.endings];
    expect(new Set(ids(seen))).toEqual(new Set(ids([...requested, ...(bulk ? [bulk] : [])])));
    expect(seen.length).toBe(6);
    const order = (a: (typeof seen)[number], b: (typeof seen)[number]) =>
      b.endedAt - a.endedAt || byIdDescending(a, b);
    expect(ids(seen)).toEqual(ids([...seen].sort(order)));
  });
};

const describeCounts = (setting: () => Setting): void => {
  test("counts distinguish live, soon expiring and expired sessions", async () => {
    const s = setting();
    await s.create({ timeoutConfig: { timeoutMinutes: 10 } });
    await s.create({ timeoutConfig: { timeoutMinutes: 16 } });
    await s.create({ timeoutConfig: { timeoutMinutes: 60, warningThresholdMinutes: 49 } });
    await s.create({ timeoutConfig: { timeoutMinutes: 60 } });
    await s.advance(10 * minute);
    expect(await s.store.countSessions()).toEqual({ active: 3, expired: 1, expiringSoon: 0 });
    await s.advance(minute);
    expect(await s.other.countSessions()).toEqual({ active: 3, expired: 1, expiringSoon: 2 });
  });
};

export const describeListing = (setting: () => Setting): void => {
  describeSessionList(setting);
  describePages(setting);
  describeSearch(setting);
  describeEndingsList(setting);
  describeCounts(setting);
};
