import { createTestService, scriptedAgentId, testUserId } from "@adjourn/testkit";
import { expect, it } from "vitest";
import type { AdminEvent } from "../session-service.js";

const admin = { endedBy: "admin", actor: null } as const;

/** What an admin on the second node hears, as a type and the session it is about. */
const watch = ({ otherNode }: ReturnType<typeof createTestService>) => {
  const heard: string[] = [];
  const about = (event: AdminEvent): string => {
    if (event.type === "totals") return String(event.activeSessions);
    return event.type === "session.ended" ? event.ending.sessionId : event.session.sessionId;
  };
  const { events, leave } = otherNode.adminEvents();
  void (async () => {
    for await (const event of events) heard.push(`${event.type} ${about(event)}`);
  })();
  return { heard, leave };
};

it("admins hear of what the bus lost, sessions that begin and end alike, and once if it comes late", async () => {
  const world = createTestService();
  const { sessions, clock, create, bus } = world;
  const ended = await create();
  const { heard, leave } = watch(world);
  await clock.advance(0);
  const { publish } = bus;
  const late: Parameters<typeof publish>[] = [];
  bus.publish = (...lost) => void late.push(lost);
  const begun = await create();
  await sessions.endSession(ended, admin);
  await clock.advance(4_000);
  const [ending, creation] = [`session.ended ${ended.sessionId}`, `session.created ${begun.sessionId}`];
  expect(heard).toEqual(["totals 1", ending, creation]);
  for (const lost of late) publish(...lost);
  await clock.advance(4_000);
  expect(heard.filter((one) => one.startsWith("session.ended"))).toHaveLength(1);
  leave();
});

it("admins hear of what the bus lost while they were being told what it had lost before", async () => {
  const world = createTestService();
  const { clock, create, bus, store } = world;
  const { heard, leave } = watch(world);
  await clock.advance(0);
  const { listSessions } = store;
  store.listSessions = async (filter, page) => {
    const answer = await listSessions(filter, page);
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 500));
    return answer;
  };
  bus.publish = () => {};
  bus.loseTouch();
  await clock.advance(100);
  const { sessionId } = await create();
  bus.loseTouch();
  await clock.advance(4_000);
  expect(heard).toContain(`session.created ${sessionId}`);
  leave();
});

it("admins hear nothing of what was over before they came", async () => {
  const world = createTestService();
  const { sessions, clock, create } = world;
  const { sessionId } = await create();
  await sessions.endSession({ sessionId }, admin);
  const { heard, leave } = watch(world);
  await clock.advance(10_000);
  expect(heard).toEqual(["totals 0"]);
  leave();
});

it.each(["before", "after"])(
  "admins hear of what begins and ends while they come, though the first look saw it %s they are told",
  async (order) => {
    const world = createTestService();
    const { otherNode, clock, create, store } = world;
    const old = await create();
    await clock.advance(10);
    const { listEndings, listSessions, endSession, createSession } = store;
    // The store's answer to who ends and creates comes late, or that to the first look does.
    const wait = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
    const [writesMs, readsMs] = order === "before" ? [300, 100] : [100, 300];
    store.endSession = async (...request) => {
      const result = await endSession(...request);
      await wait(writesMs);
      return result;
    };
    store.createSession = async (...draft) => {
      const result = await createSession(...draft);
      await wait(writesMs);
      return result;
    };
    store.listEndings = async (...page) => {
      await wait(5);
      const answer = await listEndings(...page);
      await wait(readsMs);
      return answer;
    };
    store.listSessions = async (...page) => {
      const answer = await listSessions(...page);
      await wait(readsMs);
      return answer;
    };
    const { heard, leave } = watch(world);
    await clock.advance(1);
    const ended = otherNode.endSession(old, admin);
    const created = otherNode.createSession({ agentId: scriptedAgentId, userId: testUserId });
    await clock.advance(5_000);
    await ended;
    const { sessionId } = await created;
    expect(heard.filter((one) => !one.startsWith("totals")).sort()).toEqual(
      [`session.created ${sessionId}`, `session.ended ${old.sessionId}`].sort(),
    );
    leave();
  },
);
