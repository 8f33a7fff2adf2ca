import { drawSeed } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import { startTestServer, until } from "../../setup/test-server.js";
import { createSession, restWire } from "../../setup/wires.js";
import { crowdWires, inTurns } from "../crowds/crowd.js";
import { type ReturningListener, returningWires } from "../crowds/returning-listeners.js";
import { readChannel } from "../kills/read-channel.js";
import { startMeasuredServer } from "../memory/measured-process.js";
import { seededRandom } from "../seeded-random.js";
import { startFaultyProxy } from "./faulty-proxy.js";

const messages = 200;
const cutsAtLeast = 20;
/** The server's own grace is 1 s; the rest is for a busy machine. */
const goneWithinMs = 10_000;

const messageIds = ({ events }: ReturningListener) =>
  events.flatMap((event) => (event.type === "message" ? [event.message.id] : []));

const networks = [
  { network: "cuts", faults: {} },
  { network: "cuts, delays and trickles", faults: { pieceBytes: 300, delayMs: 2 } },
];

describe.each(networks)("behind a network that $network", ({ faults }) => {
  it.each(returningWires)(
    `$wire receives each of ${messages} messages and their replies once, in order, through ${cutsAtLeast} cuts and more`,
    async ({ listen }) => {
      const seed = drawSeed();
      const random = seededRandom(seed);
      await using server = await startTestServer();
      await using proxy = await startFaultyProxy(server.url, random);
      const wire = restWire(server.url);
      const { sessionId, channelId } = await createSession(wire);
      // Some connections do not even get as far as their first event.
      proxy.behave({ ...faults, bytesUntilCut: () => 500 + random.below(12_000) });
      await using listener = listen(proxy.url, sessionId);
      await until(() => listener.events.length > 0, goneWithinMs);
      const texts = Array.from({ length: messages }, (_, index) => `message ${index} of many`);
      const send = async (content: string) => {
        const answer = await wire.call("sendSessionMessage", { sessionId, content, transport: "http" });
        expect(answer.status).toBe(201);
      };
      await inTurns(texts, send, 3);
      await until(() => messageIds(listener).length >= 2 * messages, 60_000);
      proxy.behave({});
      const stored = (await readChannel(wire, channelId)).map(({ id }) => id);
      await until(() => messageIds(listener).length >= stored.length, goneWithinMs);
      expect(messageIds(listener), `seed ${seed}`).toEqual(stored);
      const ids = listener.events.map(({ id }) => id);
      expect(new Set(ids).size, `an event twice, seed ${seed}`).toBe(ids.length);
      expect(proxy.cuts, `seed ${seed}`).toBeGreaterThanOrEqual(cutsAtLeast);
      expect(listener.connections).toBeGreaterThan(cutsAtLeast / 2);
    },
    120_000,
  );
});

describe.each(crowdWires)("a peer on $wire that vanishes without a FIN", ({ join }) => {
  it("is destroyed within a second after the end of its session", async () => {
    await using server = await startMeasuredServer();
    await using proxy = await startFaultyProxy(server.url, seededRandom(drawSeed()));
    const wire = restWire(server.url);
    const { sessionId } = await createSession(wire);
    const before = (await server.measure()).sockets;
    const members = Array.from({ length: 20 }, () => join(proxy.url, sessionId));
    await Promise.all(members.map(({ started }) => started));
    expect((await server.measure()).sockets).toBe(before + members.length);
    proxy.vanish();
    expect((await wire.call("endSession", { sessionId })).status).toBe(200);
    await until(async () => (await server.measure()).sockets <= before, goneWithinMs);
    expect(await server.held()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
  }, 60_000);
});

describe.each(crowdWires.filter(({ wire }) => wire !== "SSE"))("a silent peer on $wire", ({ join }) => {
  it("is detected by the heartbeat and dropped; peers that answer stay", async () => {
    await using server = await startTestServer(
      {},
      { connectionTimeouts: { pingAfterMs: 200, silenceMs: 1_000 } },
    );
    await using proxy = await startFaultyProxy(server.url, seededRandom(drawSeed()));
    const wire = restWire(server.url);
    const { sessionId } = await createSession(wire);
    const lively = join(server.url, sessionId);
    const silent = Array.from({ length: 10 }, () => join(proxy.url, sessionId));
    await Promise.all([lively, ...silent].map(({ started }) => started));
    const listeners = async () => {
      const { body } = await wire.call("listSessions");
      return (body.sessions as { listeners: number }[])[0]?.listeners;
    };
    expect(await listeners()).toBe(11);
    proxy.vanish();
    await until(async () => (await listeners()) === 1, goneWithinMs);
    await wire.call("endSession", { sessionId });
    expect((await lively.over).types).toEqual(["session.started", "session.ended"]);
  });
});
