import { createTestService, RecordingSink } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import { StoreUnavailableError } from "../model/errors.js";
import type { AdminEvent, SessionService } from "../session-service.js";

const caller = { endedBy: "admin", actor: null } as const;

/** Everything that one admin is told, in order. */
const watch = (node: SessionService): { readonly told: AdminEvent[]; readonly types: () => string[] } => {
  const told: AdminEvent[] = [];
  void (async () => {
    for await (const event of node.adminEvents().events) told.push(event);
  })();
  return { told, types: () => told.map(({ type }) => type) };
};

const totalsOf = (told: readonly AdminEvent[]): number[] =>
  told.flatMap((event) => (event.type === "totals" ? [event.activeSessions] : []));

describe("an admin is told", () => {
  it("of a session that ended as soon as it was made, its beginning first, on every node", async () => {
    const { sessions, otherNode, create, clock } = createTestService();
    const watches = [watch(sessions), watch(otherNode)];
    await clock.advance(0);
    const { sessionId } = await create();
    await sessions.endSession({ sessionId }, caller);
    await clock.advance(5_000);
    for (const { told, types } of watches) {
      expect(types()).toEqual(["totals", "session.created", "session.ended"]);
      expect(told[1]).toMatchObject({
        session: { sessionId, messageCount: 0, listeners: 0, pendingOperations: 0, renewalCount: 0 },
      });
    }
  });

  it("nothing of a session that had ended before its creation was known, here or by a late word of it", async () => {
    const { sessions, otherNode, store, bus, create, clock } = createTestService();
    const watches = [watch(sessions), watch(otherNode)];
    await clock.advance(0);
    const { publish } = bus;
    const late: Parameters<typeof publish>[] = [];
    bus.publish = (...said) => {
      if (said[1].kind === "created") late.push(said);
      else publish(...said);
    };
    const { createSession } = store;
    store.createSession = async (...draft) => {
      const created = await createSession(...draft);
      if (created.outcome === "created")
        await otherNode.endSession({ sessionId: created.session.sessionId }, caller);
      return created;
    };
    await create();
    await clock.advance(0);
    for (const said of late) publish(...said);
    await clock.advance(5_000);
    expect(late).toHaveLength(1);
    for (const { types } of watches)
      expect(types().filter((type) => type !== "totals")).toEqual(["session.ended"]);
  });

  it("of a beginning and an end once, however late the bus repeats them", async () => {
    const { sessions, otherNode, bus, create, clock } = createTestService();
    const { types } = watch(otherNode);
    await clock.advance(0);
    const { publish } = bus;
    const said: Parameters<typeof publish>[] = [];
    bus.publish = (...message) => {
      said.push(message);
      publish(...message);
    };
    const { sessionId } = await create();
    await sessions.endSession({ sessionId }, caller);
    await clock.advance(60_000);
    for (const message of said) publish(...message);
    await clock.advance(5_000);
    expect(types().filter((type) => type !== "totals")).toEqual(["session.created", "session.ended"]);
  });

  it("the same of a new session as the list shows", async () => {
    const { sessions, create, clock } = createTestService();
    const { told } = watch(sessions);
    await clock.advance(0);
    await create();
    await clock.advance(0);
    const { sessions: rows } = await sessions.listSessions({ limit: 10 });
    expect(told[1]).toEqual({ type: "session.created", session: rows[0] });
  });

  it("nothing of a session that ended while its row was read", async () => {
    const { sessions, create, store, clock } = createTestService();
    const { types } = watch(sessions);
    const { sessionId } = await create();
    await clock.advance(0);
    const read = store.readSessions;
    store.readSessions = async (ids) => {
      const rows = await read(ids);
      await sessions.endSession({ sessionId }, caller);
      return rows;
    };
    await sessions.sessionEvents({ sessionId }, new RecordingSink());
    await clock.advance(5_000);
    expect(types().at(-1)).toBe("totals");
    expect(types().filter((type) => type.startsWith("session"))).toEqual([
      "session.created",
      "session.ended",
    ]);
  });

  it("changes of one session four times a second at most, in order, however slow the store is", async () => {
    const { sessions, create, store, clock } = createTestService();
    const { told } = watch(sessions);
    const { sessionId } = await create();
    const read = store.readSessions;
    const slowness = [900, 10, 400, 10, 10];
    let reads = 0;
    store.readSessions = async (ids) => {
      const rows = await read(ids);
      const slow = slowness[reads % slowness.length] ?? 0;
      reads += 1;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, slow));
      return rows;
    };
    const times: number[] = [];
    for (let i = 0; i < 400; i += 1) {
      await sessions.renewSession({ sessionId });
      const before = told.length;
      await clock.advance(10);
      if (told.slice(before).some(({ type }) => type === "session.changed")) times.push(clock.now());
    }
    await clock.advance(2_000);
    for (const [i, time] of times.entries())
      if (i > 0) expect(time - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(250);
    const renewals = told.flatMap((event) =>
      event.type === "session.changed" ? [event.session.renewalCount] : [],
    );
    expect(renewals.length).toBeGreaterThan(5);
    expect(renewals).toEqual([...renewals].sort((a, b) => a - b));
    expect(renewals.at(-1)).toBe(400);
  });

  it("a change once the store can be read again", async () => {
    const { sessions, create, store, clock } = createTestService();
    const { told } = watch(sessions);
    const { sessionId } = await create();
    await clock.advance(0);
    const { readSessions, countSessions } = store;
    const away = () => Promise.reject(new StoreUnavailableError("away"));
    Object.assign(store, { readSessions: away, countSessions: away });
    await sessions.renewSession({ sessionId });
    await clock.advance(3_000);
    Object.assign(store, { readSessions, countSessions });
    await clock.advance(2_000);
    expect(told).toContainEqual(expect.objectContaining({ type: "session.changed" }));
    expect(totalsOf(told).at(-1)).toBe(1);
  });

  it("that a session is near its end, and how many are", async () => {
    const { sessions, create, clock } = createTestService();
    const { told } = watch(sessions);
    await clock.advance(0);
    const { sessionId } = await create();
    await clock.advance(25 * 60_000 - 2_000);
    expect(told.at(-1)).toMatchObject({ type: "totals", expiringSoon: 0 });
    await clock.advance(5_000);
    const changed = told.findLast(({ type }) => type === "session.changed");
    expect(changed).toMatchObject({ session: { sessionId, isNearExpiration: true } });
    expect(told.at(-1)).toMatchObject({ type: "totals", expiringSoon: 1 });
  });
});

describe("the totals", () => {
  it("reach those who listen already, also when another comes between the change and its telling", async () => {
    const { sessions, create, clock } = createTestService();
    const { told } = watch(sessions);
    await clock.advance(0);
    await create();
    await clock.advance(500);
    watch(sessions);
    await clock.advance(2_000);
    expect(totalsOf(told)).toEqual([0, 1]);
  });

  it("are read again where the bus may have lost what changed them", async () => {
    const { sessions, otherNode, create, clock, bus } = createTestService();
    const { told } = watch(otherNode);
    await clock.advance(0);
    const { publish } = bus;
    bus.publish = () => {};
    await create();
    await clock.advance(5_000);
    bus.publish = publish;
    expect(totalsOf(told)).toEqual([0]);
    bus.loseTouch();
    await clock.advance(1_000);
    expect(totalsOf(told)).toEqual([0, 1]);
    await sessions.close();
  });

  it("come when they change, and once a second at most, also to one who has just come", async () => {
    const { sessions, create, clock } = createTestService();
    const first = watch(sessions);
    await clock.advance(0);
    await create();
    await clock.advance(900);
    const second = watch(sessions);
    await clock.advance(0);
    await create();
    for (let i = 0; i < 10; i += 1) {
      await clock.advance(99);
      expect(totalsOf(second.told)).toEqual([1]);
    }
    await clock.advance(2_000);
    expect(totalsOf(second.told)).toEqual([1, 2]);
    expect(totalsOf(first.told)).toEqual([0, 2]);
    const heard = first.told.length;
    await clock.advance(10_000);
    expect(first.told.length).toBe(heard);
  });
});
