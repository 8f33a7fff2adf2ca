import { expect, it } from "vitest";
import type { AdminEvent } from "./sessions.js";
import { createTestWorld } from "./testing/test-world.js";

const admin = { endedBy: "admin", actor: null } as const;

/** What an admin on the second node hears, as a type and the session it is about. */
const watch = ({ otherNode }: ReturnType<typeof createTestWorld>) => {
  const heard: string[] = [];
  const about = (event: AdminEvent): string => {
    if (event.type === "totals") return String(event.activeSessions);
    return event.type === "session.ended" ? event.ending.sessionId : event.session.sessionId;
  };
  const { events, leave } = otherNode.watch();
  void (async () => {
    for await (const event of events) heard.push(`${event.type} ${about(event)}`);
  })();
  return { heard, leave };
};

it("admins hear of what the bus lost, sessions that begin and end alike, and once if it comes late", async () => {
  const world = createTestWorld();
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
  const world = createTestWorld();
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
  const world = createTestWorld();
  const { sessions, clock, create } = world;
  const { sessionId } = await create();
  await sessions.endSession({ sessionId }, admin);
  const { heard, leave } = watch(world);
  await clock.advance(10_000);
  expect(heard).toEqual(["totals 0"]);
  leave();
});
