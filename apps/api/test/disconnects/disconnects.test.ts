import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../setup/test-server.js";
import { type LeavingWorld, startLeavingWorld } from "./disconnect-setup.js";
import type { LeavingSession, LeavingWire } from "./disconnect-wire.js";
import { leavingWires } from "./disconnect-wires.js";
import type { LeavingPeer } from "./disconnecting-peer.js";

let world: LeavingWorld;

const leave = { "resets its connection": "reset", "half-closes it": "halfClose" } as const;
const ways = Object.entries(leave).map(([way, how]) => ({ way, how }));

/** Nothing is left, neither while replies go on nor after them. */
const expectNothingLeft = async (peers: readonly LeavingPeer[]): Promise<void> => {
  await world.nothingLeft(peers);
  if (world.finishTurns() > 0) await world.nothingLeft([]);
};

/** The awaits from the first byte until the peer has what it came for. */
const stepsOf = async (wire: LeavingWire): Promise<readonly string[]> => {
  const session = await world.newSession(wire);
  const listed = world.steps.begin();
  const peer = await world.open(wire, session);
  await until(() => world.isIn(wire, peer));
  const steps = [...listed()];
  peer.reset();
  await expectNothingLeft([peer]);
  return steps;
};

/** A connection that is held up is not read, so its end shows only when it is written to: a few turns have to do. */
const noticed = async (peer: LeavingPeer): Promise<void> => {
  const socket = await world.sockets.of(peer.port);
  for (let turn = 0; turn < 50 && !socket.destroyed; turn += 1) await new Promise(setImmediate);
};

/** Has the server write until the peer's connection takes no more. */
const fill = async (wire: LeavingWire, session: LeavingSession, peer: LeavingPeer): Promise<void> => {
  const socket = await world.sockets.of(peer.port);
  if (wire.comesFor === "answer") return fillWithAnswers(wire, session, peer);
  // In JSON each of these takes six bytes.
  const words = "\u0001".repeat(10_000);
  for (let round = 0; round < 100; round += 1) {
    if (wire.comesFor === "events") await world.send(session);
    await until(() => world.turns().length > 0);
    for (let piece = 0; piece < 25; piece += 1) {
      world.turns().at(-1)?.say(words);
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
      if (socket.writableLength > 0) return;
    }
    world.finishTurns();
    await until(() => world.turns().length === 0);
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    // A whole reply may be all that there is to write.
    if (socket.writableLength > 0 || wire.comesFor === "reply") return;
  }
  throw new Error("the connection takes whatever is written");
};

/** Answers are whole, so the peer asks for one after the other, each long. */
const fillWithAnswers = async (
  wire: LeavingWire,
  session: LeavingSession,
  peer: LeavingPeer,
): Promise<void> => {
  await world.send(session);
  await until(() => world.turns().length > 0);
  world.turns().at(-1)?.say("\u0001".repeat(100_000));
  world.finishTurns();
  const socket = await world.sockets.of(peer.port);
  for (let round = 0; round < 100 && socket.writableLength === 0; round += 1) {
    peer.write(wire.nextBytes?.(session) ?? wire.bytes(world.server.url, session));
    for (let turn = 0; turn < 50 && socket.writableLength === 0; turn += 1) await new Promise(setImmediate);
  }
  await until(() => socket.writableLength > 0);
};

describe.each(leavingWires)("of a peer on $wire nothing is left where it", (wire) => {
  beforeAll(async () => {
    world = await startLeavingWorld(wire);
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  it("leaves right after its request, whatever the server is doing", async () => {
    const session = await world.newSession(wire);
    for (let round = 0; round < 15; round += 1) {
      const peers = await Promise.all(Array.from({ length: 4 }, () => world.open(wire, session)));
      for (const [index, peer] of peers.entries()) {
        for (let turn = 0; turn < index * 2; turn += 1) await new Promise(setImmediate);
        peer.reset();
      }
    }
    await until(async () => {
      world.finishTurns();
      await world.nothingLeft([]);
      return world.turns().length === 0;
    });
  });

  it.each(ways)("$way between any two awaits of its subscription", async ({ how }) => {
    const steps = await stepsOf(wire);
    expect(steps.length).toBeGreaterThanOrEqual(wire.comesFor === "events" ? 4 : 2);
    const silent: LeavingPeer[] = [];
    for (const step of steps) {
      const session = await world.newSession(wire);
      const { reached, release } = world.steps.hold(step);
      const peer = await world.open(wire, session);
      // A poll that brings more at once saves one: such a step never comes, and the peer is subscribed without it.
      await (wire.isPolled ? Promise.race([reached, until(() => world.isIn(wire, peer))]) : reached);
      peer[how]();
      await noticed(peer);
      release();
      // One wait for the silence of all of them.
      if (wire.isPolled) silent.push(peer);
      else
        await expectNothingLeft([peer]).catch((error: unknown) => {
          throw new Error(`gone at ${step}: ${error}`);
        });
    }
    await expectNothingLeft(silent);
  });

  it.each(ways)("$way once it is subscribed", async ({ how }) => {
    const session = await world.newSession(wire);
    const peer = await world.open(wire, session);
    await until(() => world.isIn(wire, peer));
    peer[how]();
    await expectNothingLeft([peer]);
  });

  if (!wire.isPolled)
    it("does not read, and resets its connection in mid-write", async () => {
      const session = await world.newSession(wire);
      const peer = await world.open(wire, session);
      await until(() => world.isIn(wire, peer));
      peer.pause();
      await fill(wire, session, peer);
      peer.reset();
      await expectNothingLeft([peer]);
    });
});
