import { createFakeClock, ScriptedAgent, scriptedAgentId } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import { hasReceived, listenerWires } from "../setup/subscribing.js";
import { startTestServer, typewriterId, until } from "../setup/test-server.js";
import { createSession, wires } from "../setup/wires.js";

const minute = 60_000;
const shortest = { timeoutConfig: { timeoutMinutes: 5 } };

describe.each(wires)("expiry over $wire", ({ open }) => {
  it("ends a session at its time without a request, and answers 410 every time from then on", async () => {
    const clock = createFakeClock();
    await using server = await startTestServer({}, { clock });
    await using wire = open(server.url);
    const { sessionId } = await createSession(wire, shortest);
    await clock.advance(5 * minute - 1);
    expect(await wire.call("getSession", { sessionId })).toMatchObject({ status: 200 });
    await clock.advance(1);
    const expiresAt = new Date(clock.now()).toISOString();
    const expired = { status: 410, code: "SESSION_EXPIRED", details: { sessionId, expiresAt } };
    expect(await wire.call("getSession", { sessionId })).toMatchObject(expired);
    await clock.advance(1_000);
    await until(async () => ((await wire.call("listEndings")).body.endings as unknown[]).length === 1);
    expect((await wire.call("listEndings")).body.endings).toMatchObject([
      { cause: "expired", endedBy: "system" },
    ]);
    expect(await wire.call("sendSessionMessage", { sessionId, content: "late" })).toMatchObject(expired);
    expect(await wire.call("getSessionMessages", { sessionId })).toMatchObject(expired);
    expect(await wire.call("endSession", { sessionId })).toMatchObject({
      status: 404,
      code: "SESSION_NOT_FOUND",
    });
  });

  it("names the maximum duration where that was the cap", async () => {
    const clock = createFakeClock();
    await using server = await startTestServer({}, { clock });
    await using wire = open(server.url);
    const { sessionId } = await createSession(wire, {
      timeoutConfig: { timeoutMinutes: 5, maxDurationMinutes: 6 },
    });
    await clock.advance(4 * minute);
    await wire.call("sessionHeartbeat", { sessionId });
    await clock.advance(2 * minute);
    await until(async () => ((await wire.call("listEndings")).body.endings as unknown[]).length === 1);
    expect((await wire.call("listEndings")).body.endings).toMatchObject([{ cause: "max_duration" }]);
  });

  it("fails callers that wait for a reply with SESSION_ENDED, and fires the agent's signal", async () => {
    const clock = createFakeClock();
    const agent = new ScriptedAgent();
    const agents = { get: (id: string) => (id === scriptedAgentId ? agent : undefined), list: () => [agent] };
    await using server = await startTestServer({}, { clock, agents: agents });
    await using wire = open(server.url);
    const { sessionId } = await createSession(wire, {
      agentId: scriptedAgentId,
      timeoutConfig: { timeoutMinutes: 5, autoRenew: false },
    });
    await clock.advance(4 * minute);
    const waiting = wire.call("sendSessionMessage", {
      sessionId,
      content: "are you there?",
      transport: "http",
    });
    const turn = await agent.nextTurn();
    expect(turn.turn.signal.aborted).toBe(false);
    await clock.advance(minute + 1_000);
    expect(await waiting).toMatchObject({
      status: 410,
      code: "SESSION_ENDED",
      details: { cause: "expired" },
    });
    expect(turn.turn.signal.aborted).toBe(true);
  });
});

describe.each(listenerWires)("expiry and a listener on $wire", ({ listen }) => {
  it("is warned once, then receives the end, and is refused with 410 afterwards", async () => {
    const clock = createFakeClock();
    await using server = await startTestServer({}, { clock });
    await using wire = wires[0].open(server.url);
    const { sessionId } = await createSession(wire, {
      agentId: typewriterId,
      timeoutConfig: { timeoutMinutes: 6, warningThresholdMinutes: 2 },
    });
    await using received = listen(server.url, sessionId);
    await hasReceived(received, "session.started");
    await clock.advance(4 * minute + 1_000);
    await hasReceived(received, "session.expiring");
    await clock.advance(2 * minute);
    expect(await received.over).toEqual({ how: "ended" });
    expect(received.events.map(({ type }) => type)).toEqual([
      "session.started",
      "session.expiring",
      "session.ended",
    ]);
    expect(received.events.at(-1)).toMatchObject({ cause: "expired", reason: null });
    await using late = listen(server.url, sessionId);
    expect(await late.over).toEqual({ how: "refused", code: "SESSION_EXPIRED" });
  });
});
