import { createTestService, RecordingSink, testUserId } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { gatherCountsMs } from "../../realtime/ending-counts.js";
import { limits } from "../../schemas/index.js";

const admin = { endedBy: "admin", actor: null } as const;

it("ends a session created just before, although this node's estimate of the store's clock is behind", async () => {
  const { sessions, store, create } = createTestService();
  const { now } = store;
  store.now = () => now() - 20;
  const { sessionId } = await create();
  const ended = await sessions.endSessions({ userId: testUserId, dryRun: false }, admin);
  expect(ended).toEqual({ ended: 1, matched: 1 });
  await expect(sessions.getSession({ sessionId })).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
});

it("does not end a session that is created after the call started", async () => {
  const { sessions, store, clock, create } = createTestService();
  const earlier = await create();
  const { countMatching } = store;
  const begun: { sessionId: string }[] = [];
  store.countMatching = async (filter) => {
    const counted = await countMatching(filter);
    await clock.advance(1);
    begun.push(await create());
    return counted;
  };
  const ended = await sessions.endSessions({ userId: testUserId, dryRun: false }, admin);
  expect(ended).toEqual({ ended: 1, matched: 1 });
  await expect(sessions.getSession(earlier)).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
  for (const newcomer of begun) expect(await sessions.getSession(newcomer)).toMatchObject(newcomer);
});

it("counts on request in a dry run what the end would cut, on all nodes, and cuts nothing", async () => {
  const { sessions, otherNode, create, send, clock, store } = createTestService();
  const [one, two, other] = [await create(), await create(), await create()];
  const dryRun = (sessionIds: string[]) =>
    otherNode.endSessions({ sessionIds, dryRun: true, countCut: true }, admin);
  const sinks = [new RecordingSink(), new RecordingSink(), new RecordingSink()];
  await sessions.sessionEvents(one, sinks[0] as RecordingSink);
  await otherNode.sessionEvents(one, sinks[1] as RecordingSink);
  await otherNode.sessionEvents(two, sinks[2] as RecordingSink);
  await sessions.sessionEvents(other, new RecordingSink());
  await sessions.sessionEvents(two, new RecordingSink(), "observer");
  for (const { sessionId } of [one, one, other]) await send(sessionId, "hello");
  await clock.advance(0);
  const cut = { ended: 0, matched: 2, listeners: 3, replies: 2 };
  expect(await dryRun([one.sessionId, two.sessionId, "unknown"])).toEqual(cut);
  expect(await dryRun([])).toEqual({ ended: 0, matched: 0, listeners: 0, replies: 0 });
  const ofUser = await sessions.endSessions({ userId: testUserId, dryRun: true, countCut: true }, admin);
  expect(ofUser).toEqual({ ended: 0, matched: 3, listeners: 4, replies: 3 });
  for (const { types } of sinks) expect(types).not.toContain("session.ended");
  const { sessionIds } = { sessionIds: [one.sessionId, two.sessionId] };
  expect(await sessions.endSessions({ sessionIds, dryRun: false }, admin)).toEqual({ ended: 2, matched: 2 });
  await clock.advance(gatherCountsMs);
  const endings = await store.readEndings(sessionIds);
  const total = (count: "listenersDropped" | "operationsAborted") =>
    endings.reduce((sum, ending) => sum + ending[count], 0);
  expect([total("listenersDropped"), total("operationsAborted")]).toEqual([3, 2]);
});

it("leaves the listeners out of a dry run where more sessions have some than are looked at", async () => {
  const { sessions, presence, create } = createTestService();
  await create();
  const many = limits.listenedSessions + 1;
  const node = presence.connect();
  for (let nth = 0; nth < many; nth += 1) node.report(`elsewhere-${nth}`, { listeners: 1, replies: [] });
  const counted = await sessions.endSessions({ userId: testUserId, dryRun: true, countCut: true }, admin);
  expect(counted).toEqual({ ended: 0, matched: 1, replies: 0 });
});

it("ends those that are listened to on any node, however many, and refuses where there are too many", async () => {
  const { sessions, otherNode, presence, create } = createTestService();
  const node = presence.connect();
  const report = (sessionId: string) => node.report(sessionId, { listeners: 1, replies: [] });
  for (let nth = 0; nth < limits.listenedSessions - 2; nth += 1) report(`gone-${nth}`);
  const [here, there, unwatched] = [await create(), await create(), await create()];
  await sessions.sessionEvents(here, new RecordingSink());
  report(there.sessionId);
  const end = { activity: "listened", dryRun: false } as const;
  expect(await otherNode.endSessions(end, admin)).toEqual({ ended: 2, matched: 2 });
  expect(await sessions.getSession(unwatched)).toMatchObject(unwatched);
  for (let nth = 0; nth < 3; nth += 1) report(`more-${nth}`);
  for (const call of [
    sessions.endSessions(end, admin),
    sessions.listSessions({ limit: 1, activity: "listened" }),
  ])
    await expect(call).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
      details: { issues: [{ path: "activity", message: "more than 50000 sessions have listeners" }] },
    });
});

it("reports what was cut of many sessions in few writes, and all of it", async () => {
  const { sessions, store, create, clock } = createTestService();
  const { addEndingCounts } = store;
  const writes: number[] = [];
  store.addEndingCounts = async (counts) => {
    writes.push(counts.length);
    await addEndingCounts(counts);
  };
  const sessionIds: string[] = [];
  for (let created = 0; created < 120; created += 1) {
    const { sessionId } = await create();
    await sessions.sessionEvents({ sessionId }, new RecordingSink());
    sessionIds.push(sessionId);
  }
  const ended = sessions.endSessions({ userId: testUserId, dryRun: false }, admin);
  await clock.advance(gatherCountsMs);
  expect(await ended).toEqual({ ended: 120, matched: 120 });
  await clock.advance(gatherCountsMs);
  expect(writes.reduce((sum, counts) => sum + counts, 0)).toBe(120);
  // At most one for each batch of ends.
  expect(writes.length).toBeLessThanOrEqual(3);
  for (const { listenersDropped } of await store.readEndings(sessionIds)) expect(listenersDropped).toBe(1);
});

it("releases the sessions of a batch in several turns of the event loop", async () => {
  const { sessions, create, clock } = createTestService();
  let turn = 0;
  let isDone = false;
  const countTurn = () => {
    turn += 1;
    if (!isDone) setImmediate(countTurn);
  };
  const releasedIn = new Map<number, number>();
  class TurnSink extends RecordingSink {
    override end(...last: Parameters<RecordingSink["end"]>): void {
      super.end(...last);
      releasedIn.set(turn, (releasedIn.get(turn) ?? 0) + 1);
    }
  }
  for (let created = 0; created < 100; created += 1)
    await sessions.sessionEvents(await create(), new TurnSink());
  countTurn();
  const ended = sessions.endSessions({ userId: testUserId, dryRun: false }, admin);
  await clock.advance(1);
  expect(await ended).toEqual({ ended: 100, matched: 100 });
  isDone = true;
  expect([...releasedIn.values()]).toEqual([50, 50]);
});

it("goes on reporting after a write of counts has failed", async () => {
  const { sessions, store, create, clock } = createTestService();
  const { addEndingCounts } = store;
  let failures = 0;
  store.addEndingCounts = (counts) => {
    failures += 1;
    return failures === 1 ? Promise.reject(new Error("the store is away")) : addEndingCounts(counts);
  };
  const end = async (): Promise<number | undefined> => {
    const { sessionId } = await create();
    await sessions.sessionEvents({ sessionId }, new RecordingSink());
    await sessions.endSession({ sessionId }, admin);
    await clock.advance(gatherCountsMs);
    return (await store.readEndings([sessionId]))[0]?.listenersDropped;
  };
  expect([await end(), await end()]).toEqual([0, 1]);
});
