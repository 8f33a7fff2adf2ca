import { createTestService, scriptedAgentId, testUserId } from "@adjourn/testkit";
import { expect, it } from "vitest";
import type { AdminEvent } from "../session-service.js";

const admin = { endedBy: "admin", actor: null } as const;

/** The events that an admin on the second node receives, as a type and a session id. */
const watch = ({ otherNode }: ReturnType<typeof createTestService>) => {
  const received: string[] = [];
  const about = (event: AdminEvent): string => {
    if (event.type === "totals") return String(event.activeSessions);
    return event.type === "session.ended" ? event.ending.sessionId : event.session.sessionId;
  };
  const { events, leave } = otherNode.adminEvents();
  void (async () => {
    for await (const event of events) received.push(`${event.type} ${about(event)}`);
  })();
  return { received, leave };
};

it("admins receive creations and ends that the bus lost, and once if they arrive late", async () => {
  const world = createTestService();
  const { sessions, clock, create, bus } = world;
  const ended = await create();
  const { received, leave } = watch(world);
  await clock.advance(0);
  const { publish } = bus;
  const late: Parameters<typeof publish>[] = [];
  bus.publish = (...lost) => void late.push(lost);
  const created = await create();
  await sessions.endSession(ended, admin);
  await clock.advance(4_000);
  const [ending, creation] = [`session.ended ${ended.sessionId}`, `session.created ${created.sessionId}`];
  expect(received).toEqual(["totals 1", ending, creation]);
  for (const lost of late) publish(...lost);
  await clock.advance(4_000);
  expect(received.filter((one) => one.startsWith("session.ended"))).toHaveLength(1);
  leave();
});

it("admins receive every end after their first totals, even if the node's estimate of the store's time is ahead", async () => {
  const world = createTestService();
  const { sessions, clock, create, bus, store } = world;
  const { sessionId } = await create();
  store.now = () => clock.now() + 2_000;
  const { listEndings } = store;
  store.listEndings = async (...page) => {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 100));
    return listEndings(...page);
  };
  const { received, leave } = watch(world);
  bus.publish = () => {};
  while (received.length === 0) await clock.advance(10);
  await sessions.endSession({ sessionId }, admin);
  await clock.advance(6_000);
  expect(received).toContain(`session.ended ${sessionId}`);
  leave();
});

it("admins receive what the bus lost during a reconciliation", async () => {
  const world = createTestService();
  const { clock, create, bus, store } = world;
  const { received, leave } = watch(world);
  await clock.advance(0);
  const { listSessions } = store;
  store.listSessions = async (filter, page) => {
    const answer = await listSessions(filter, page);
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 500));
    return answer;
  };
  bus.publish = () => {};
  bus.reportGap();
  await clock.advance(100);
  const { sessionId } = await create();
  bus.reportGap();
  await clock.advance(4_000);
  expect(received).toContain(`session.created ${sessionId}`);
  leave();
});

it("admins receive no end from before their subscription", async () => {
  const world = createTestService();
  const { sessions, clock, create } = world;
  const { sessionId } = await create();
  await sessions.endSession({ sessionId }, admin);
  const { received, leave } = watch(world);
  await clock.advance(10_000);
  expect(received).toEqual(["totals 0"]);
  leave();
});

it.each(["before", "after"])(
  "admins receive what is created and ended while they subscribe, if the first reconciliation read it %s its event",
  async (order) => {
    const world = createTestService();
    const { otherNode, clock, create, store } = world;
    const old = await create();
    await clock.advance(10);
    const { listEndings, listSessions, endSession, createSession } = store;
    // Either the answers to the end and the create arrive late, or those to the first reconciliation.
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
    const { received, leave } = watch(world);
    await clock.advance(1);
    const ended = otherNode.endSession(old, admin);
    const creating = otherNode.createSession({ agentId: scriptedAgentId, userId: testUserId });
    await clock.advance(5_000);
    await ended;
    const { sessionId } = await creating;
    expect(received.filter((one) => !one.startsWith("totals")).sort()).toEqual(
      [`session.created ${sessionId}`, `session.ended ${old.sessionId}`].sort(),
    );
    leave();
  },
);
