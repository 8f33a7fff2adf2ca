import { once } from "node:events";
import { connect } from "node:net";
import { createAgentDirectory } from "@adjourn/agents";
import { ScriptedAgent, scriptedAgentId } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import { hasReceived, listenerWires, plainWs } from "../setup/subscribing.js";
import { startTestServer, until } from "../setup/test-server.js";
import { createSession, restWire, trpcHttpWire, wires } from "../setup/wires.js";

describe.each(wires)("an end over $wire", ({ open }) => {
  it("fires the signal of an agent that nobody waits for, and its later output is neither sent nor stored", async () => {
    const agent = new ScriptedAgent();
    await using server = await startTestServer({}, { agents: createAgentDirectory([agent]) });
    await using wire = open(server.url);
    const { sessionId, channelId } = await createSession(wire, { agentId: scriptedAgentId });
    await using received = plainWs.listen(server.url, sessionId);
    await hasReceived(received, "session.started");
    await wire.call("sendSessionMessage", { sessionId, content: "are you there?" });
    const reply = await agent.nextTurn();
    reply.say("I was just ");
    await hasReceived(received, "message.delta");
    const cancelled = once(reply.turn.signal, "abort");
    await wire.call("endSession", { sessionId });
    await cancelled;
    reply.say("about to answer");
    reply.finish();
    expect(await received.over).toEqual({ how: "ended" });
    expect(received.events.at(-1)?.type).toBe("session.ended");
    expect(received.events.filter(({ type }) => type === "message.delta")).toHaveLength(1);
    const { body } = await wire.call("getChannelMessages", { channelId });
    expect((body.messages as unknown[]).length).toBe(1);
  });
});

describe.each(listenerWires)("listeners that come on $wire while the end is under way", ({ listen }) => {
  it("are dropped with the rest or refused, and none slips through", async () => {
    await using server = await startTestServer();
    const wire = restWire(server.url);
    const { sessionId } = await createSession(wire);
    const early = Array.from({ length: 10 }, () => listen(server.url, sessionId));
    for (const received of early) await hasReceived(received, "session.started");
    const late = Array.from({ length: 10 }, () => listen(server.url, sessionId));
    await until(() => late.some(({ events }) => events.length > 0));
    const end = await wire.call("endSession", { sessionId });
    const later = Array.from({ length: 5 }, () => listen(server.url, sessionId));
    expect(end.status).toBe(200);
    for (const received of early) expect(await received.over).toEqual({ how: "ended" });
    for (const received of late) {
      const over = await received.over;
      if (over.how === "ended") expect(received.events.at(-1)?.type).toBe("session.ended");
      else expect(over).toEqual({ how: "refused", code: "SESSION_NOT_FOUND" });
    }
    for (const received of later)
      expect(await received.over).toEqual({ how: "refused", code: "SESSION_NOT_FOUND" });
    for (const received of [...early, ...late, ...later]) received.leave();
  });
});

it("nothing is held any more once a session with listeners and replies has ended", async () => {
  await using server = await startTestServer();
  const wire = trpcHttpWire(server.url);
  const { sessionId } = await createSession(wire, { agentId: "00000000-0000-4000-8000-000000000002" });
  const listeners = listenerWires.map(({ listen }) => listen(server.url, sessionId));
  for (const received of listeners) await hasReceived(received, "session.started");
  await wire.call("sendSessionMessage", { sessionId, content: "slow", metadata: { delayMs: 60_000 } });
  const held = async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return [...text.matchAll(/^adjourn_(held_sessions|listeners|pending_operations) (\d+)$/gm)].map(
      ([, , count]) => Number(count),
    );
  };
  expect(await held()).toEqual([1, 4, 1]);
  await wire.call("endSession", { sessionId });
  await until(async () => (await held()).every((count) => count === 0));
  for (const received of listeners) received.leave();
});

it("a request that comes a byte at a time is cut", async () => {
  await using server = await startTestServer({}, { connectionTimeouts: { headersMs: 200 } });
  const { hostname, port } = new URL(server.url);
  const peer = connect(Number(port), hostname);
  peer.on("error", () => {});
  peer.resume();
  peer.write("GET /api/agents HTTP/1.1\r\nHost: 127");
  const drip = setInterval(() => peer.write("1"), 20);
  await once(peer, "close");
  clearInterval(drip);
});
