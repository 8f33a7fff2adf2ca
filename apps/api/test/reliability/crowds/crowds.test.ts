import { describe, expect, it } from "vitest";
import { runningTimeOf } from "../../setup/running-time.js";
import { until } from "../../setup/test-server.js";
import { createSession, restWire } from "../../setup/wires.js";
import { type MeasuredServer, startMeasuredServer } from "../memory/measured-process.js";
import { type CrowdWire, crowdWires, inTurns, type Member } from "./crowd.js";

const size = 1_000;
const timeoutMs = 120_000;

const joined = async (member: Member): Promise<Member> => {
  await member.started;
  return member;
};

/** Calls of the test itself may still hold a few connections open. */
const expectNothingHeld = async (server: MeasuredServer): Promise<void> => {
  await until(async () => (await server.measure()).sockets < 20);
  expect(await server.held()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
};

it.each(crowdWires)(
  `${size} listeners of one session on $wire all onEvent its end and are let go`,
  async ({ join, ended }) => {
    await using server = await startMeasuredServer();
    const wire = restWire(server.url);
    const { sessionId } = await createSession(wire);
    let crowd: readonly Member[] = [];
    const joinedMs = await runningTimeOf(async () => {
      crowd = await inTurns(Array.from({ length: size }), () => joined(join(server.url, sessionId)));
    });
    expect(await server.held()).toEqual({ sessions: 1, listeners: size, operations: 0 });
    expect((await server.measure()).sockets).toBeGreaterThanOrEqual(size);
    const endedMs = await runningTimeOf(async () => {
      expect((await wire.call("endSession", { sessionId })).status).toBe(200);
      await Promise.all(crowd.map(({ over }) => over));
    });
    for (const { over } of crowd)
      expect(await over).toEqual({ types: ["session.started", "session.ended"], how: ended });
    // Dropping them is less work than accepting them; the margin is for other load on the machine.
    expect(endedMs).toBeLessThan(2 * joinedMs);
    await expectNothingHeld(server);
    await until(async () => {
      const { body } = await wire.call("listEndings", { search: sessionId });
      return (body.endings as { listenersDropped: number }[])[0]?.listenersDropped === size;
    });
  },
  timeoutMs,
);

describe(`${size} sessions with a listener each, over all wires`, () => {
  it(
    "all receive the end of the one call that ends them, and are dropped",
    async () => {
      await using server = await startMeasuredServer();
      const wire = restWire(server.url);
      const sessions = await inTurns(Array.from({ length: size }), () => createSession(wire), 8);
      const wireOf = (index: number) => crowdWires[index % crowdWires.length] as CrowdWire;
      const crowd = await inTurns(sessions, ({ sessionId }, index) =>
        joined(wireOf(index).join(server.url, sessionId)),
      );
      expect(await server.held()).toEqual({ sessions: size, listeners: size, operations: 0 });
      const sessionIds = sessions.map(({ sessionId }) => sessionId);
      const { body } = await wire.call("endSessions", { sessionIds, reason: "all of them" });
      expect(body).toEqual({ ended: size, matched: size });
      const overs = await Promise.all(crowd.map(({ over }) => over));
      overs.forEach((over, index) => {
        const { ended } = wireOf(index);
        expect(over).toEqual({ types: ["session.started", "session.ended"], how: ended });
      });
      await expectNothingHeld(server);
    },
    timeoutMs,
  );
});
