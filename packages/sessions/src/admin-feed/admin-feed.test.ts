import { createTestService, RecordingSink } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import { StoreUnavailableError } from "../model/errors.js";
import type { AdminEvent, SessionService } from "../session-service.js";

const caller = { endedBy: "admin", actor: null } as const;

/** Every event that one admin receives, in order. */
const watch = (node: SessionService): { readonly received: AdminEvent[]; readonly types: () => string[] } => {
  const received: AdminEvent[] = [];
  void (async () => {
    for await (const event of node.adminEvents().events) received.push(event);
  })();
  return { received, types: () => received.map(({ type }) => type) };
};

const totalsOf = (received: readonly AdminEvent[]): number[] =>
  received.flatMap((event) => (event.type === "totals" ? [event.activeSessions] : []));

describe("an admin receives", () => {
  it("the creation of a session that ended at once, before its end, on every node", async () => {
    const { sessions, otherNode, create, clock } = createTestService();
    const watches = [watch(sessions), watch(otherNode)];
    await clock.advance(0);
    const { sessionId } = await create();
    await sessions.endSession({ sessionId }, caller);
    await clock.advance(5_000);
    for (const { received, types } of watches) {
      expect(types()).toEqual(["totals", "session.created", "session.ended"]);
      expect(received[1]).toMatchObject({
        session: { sessionId, messageCount: 0, listeners: 0, pendingOperations: 0, renewalCount: 0 },
      });
    }
  });

  it("no creation of a session whose end was received first, on the same or another node", async () => {
    const { sessions, otherNode, store, bus, create, clock } = createTestService();
    const watches = [watch(sessions), watch(otherNode)];
    await clock.advance(0);
    const { publish } = bus;
    const late: Parameters<typeof publish>[] = [];
    bus.publish = (...message) => {
      if (message[1].kind === "created") late.push(message);
      else publish(...message);
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
    for (const message of late) publish(...message);
    await clock.advance(5_000);
    expect(late).toHaveLength(1);
    for (const { types } of watches)
      expect(types().filter((type) => type !== "totals")).toEqual(["session.ended"]);
  });

  it("a creation and an end once, however late the bus repeats them", async () => {
    const { sessions, otherNode, bus, create, clock } = createTestService();
    const { types } = watch(otherNode);
    await clock.advance(0);
    const { publish } = bus;
    const published: Parameters<typeof publish>[] = [];
    bus.publish = (...message) => {
      published.push(message);
      publish(...message);
    };
    const { sessionId } = await create();
    await sessions.endSession({ sessionId }, caller);
    await clock.advance(60_000);
    for (const message of published) publish(...message);
    await clock.advance(5_000);
    expect(types().filter((type) => type !== "totals")).toEqual(["session.created", "session.ended"]);
  });

  it("the same row of a new session as the list", async () => {
    const { sessions, create, clock } = createTestService();
    const { received } = watch(sessions);
    await clock.advance(0);
    await create();
    await clock.advance(0);
    const { sessions: rows } = await sessions.listSessions({ limit: 10 });
    expect(received[1]).toEqual({ type: "session.created", session: rows[0] });
  });

  it("no change of a session that ended while its row was read", async () => {
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

  it("changes of one session in order and at most four times a second, however slow the store is", async () => {
    const { sessions, create, store, clock } = createTestService();
    const { received } = watch(sessions);
    const { sessionId } = await create();
    const read = store.readSessions;
    const delays = [900, 10, 400, 10, 10];
    let reads = 0;
    store.readSessions = async (ids) => {
      const rows = await read(ids);
      const delay = delays[reads % delays.length] ?? 0;
      reads += 1;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, delay));
      return rows;
    };
    const times: number[] = [];
    for (let i = 0; i < 400; i += 1) {
      await sessions.renewSession({ sessionId });
      const before = received.length;
      await clock.advance(10);
      if (received.slice(before).some(({ type }) => type === "session.changed")) times.push(clock.now());
    }
    await clock.advance(2_000);
    for (const [i, time] of times.entries())
      if (i > 0) expect(time - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(250);
    const renewals = received.flatMap((event) =>
      event.type === "session.changed" ? [event.session.renewalCount] : [],
    );
    expect(renewals.length).toBeGreaterThan(5);
    expect(renewals).toEqual([...renewals].sort((a, b) => a - b));
    expect(renewals.at(-1)).toBe(400);
  });

  it("a change when the store is available again", async () => {
    const { sessions, create, store, clock } = createTestService();
    const { received } = watch(sessions);
    const { sessionId } = await create();
    await clock.advance(0);
    const { readSessions, countSessions } = store;
    const away = () => Promise.reject(new StoreUnavailableError("away"));
    Object.assign(store, { readSessions: away, countSessions: away });
    await sessions.renewSession({ sessionId });
    await clock.advance(3_000);
    Object.assign(store, { readSessions, countSessions });
    await clock.advance(2_000);
    expect(received).toContainEqual(expect.objectContaining({ type: "session.changed" }));
    expect(totalsOf(received).at(-1)).toBe(1);
  });

  it("a change when a session nears its expiry, and their number", async () => {
    const { sessions, create, clock } = createTestService();
    const { received } = watch(sessions);
    await clock.advance(0);
    const { sessionId } = await create();
    await clock.advance(25 * 60_000 - 2_000);
    expect(received.at(-1)).toMatchObject({ type: "totals", expiringSoon: 0 });
    await clock.advance(5_000);
    const changed = received.findLast(({ type }) => type === "session.changed");
    expect(changed).toMatchObject({ session: { sessionId, isNearExpiration: true } });
    expect(received.at(-1)).toMatchObject({ type: "totals", expiringSoon: 1 });
  });
});

describe("the totals", () => {
  it("reach an admin although another subscribes between the change and the totals", async () => {
    const { sessions, create, clock } = createTestService();
    const { received } = watch(sessions);
    await clock.advance(0);
    await create();
    await clock.advance(500);
    watch(sessions);
    await clock.advance(2_000);
    expect(totalsOf(received)).toEqual([0, 1]);
  });

  it("are read again after a gap in the bus", async () => {
    const { sessions, otherNode, create, clock, bus } = createTestService();
    const { received } = watch(otherNode);
    await clock.advance(0);
    const { publish } = bus;
    bus.publish = () => {};
    await create();
    await clock.advance(5_000);
    bus.publish = publish;
    expect(totalsOf(received)).toEqual([0]);
    bus.reportGap();
    await clock.advance(1_000);
    expect(totalsOf(received)).toEqual([0, 1]);
    await sessions.close();
  });

  it("are sent when they change, at most once a second, also to a new admin", async () => {
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
      expect(totalsOf(second.received)).toEqual([1]);
    }
    await clock.advance(2_000);
    expect(totalsOf(second.received)).toEqual([1, 2]);
    expect(totalsOf(first.received)).toEqual([0, 2]);
    const count = first.received.length;
    await clock.advance(10_000);
    expect(first.received.length).toBe(count);
  });
});
