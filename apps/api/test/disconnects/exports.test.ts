import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { request } from "../setup/raw-peer.js";
import { adminKey, serviceKey, until } from "../setup/test-server.js";
import { restWire } from "../setup/wires.js";
import { type LeavingWorld, startLeavingWorld } from "./disconnect-setup.js";
import type { LeavingSession, LeavingWire } from "./disconnect-wire.js";

const auth = `Authorization: Bearer ${adminKey}`;
const exported = (wire: string, path: (session: LeavingSession) => string): LeavingWire => ({
  wire,
  comesFor: "events",
  firstEvent: "HTTP/1.1 200",
  bytes: (url, session) => request(url, `GET ${path(session)}`, [auth]),
});
const channelExport = exported(
  "a channel's export",
  ({ channelId }) => `/api/messaging/channels/${channelId}/export?format=json`,
);

let world: LeavingWorld;
let session: LeavingSession;

/** Several pages, and more than a connection takes without its reader. */
const fillChannel = async (): Promise<void> => {
  session = await world.newSession();
  const { sessionId } = session;
  const backend = restWire(world.server.url, { key: serviceKey });
  for (let index = 0; index < 600; index += 1) {
    const attachments = [{ text: `${index}${"a".repeat(15_000)}` }];
    await backend.call("sendSessionMessage", { sessionId, content: "hi", attachments });
    await until(() => world.turns().length > 0);
    world.finishTurns();
  }
  await until(async () => {
    const { body } = await restWire(world.server.url, { key: adminKey }).call("listSessions", {});
    return (body.sessions as { pendingOperations: number }[]).every((row) => row.pendingOperations === 0);
  });
};

beforeAll(async () => {
  world = await startLeavingWorld(channelExport);
  await fillChannel();
}, 120_000);
afterAll(() => world?.[Symbol.asyncDispose]());

describe("of a peer that downloads a channel nothing is left where it", () => {
  it("resets its connection between any two awaits, and nothing more is read for it", async () => {
    const listed = world.steps.begin();
    const first = await world.open(channelExport, session);
    await until(() => first.text().includes("\n]"));
    const steps = listed().filter((step) => step.startsWith("store."));
    first.reset();
    expect(steps.length).toBeGreaterThan(20);
    for (const step of [...steps.slice(0, 4), ...steps.slice(-2)]) {
      const { reached, release } = world.steps.hold(step);
      const read = world.steps.begin();
      const peer = await world.open(channelExport, session);
      await reached;
      peer.reset();
      const socket = await world.sockets.of(peer.port);
      await until(() => socket.destroyed);
      const before = read().length;
      release();
      await world.nothingLeft([peer]);
      expect(
        read()
          .slice(before)
          .filter((name) => name.startsWith("store.readMessagesAfter")),
      ).toEqual([]);
    }
  });

  it("does not read: the server waits with a few pages, and lets go when it resets", async () => {
    const read = world.steps.begin();
    const peer = await world.open(channelExport, session);
    peer.pause();
    const socket = await world.sockets.of(peer.port);
    await until(() => socket.writableLength > 0);
    let known = -1;
    // The kernel takes some pages more before the server has to wait.
    await until(async () => {
      const before = known;
      known = read().length;
      for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
      return before === known && read().length === known;
    });
    expect(socket.writableLength).toBeLessThan(2 * 1_048_576);
    peer.reset();
    await world.nothingLeft([peer]);
  });

  it("is cut, rather than served a part, where the channel is erased meanwhile", async () => {
    const { sessionId, channelId } = session;
    const { reached, release } = world.steps.hold("store.readMessagesAfter 3");
    const peer = await world.open(channelExport, session);
    await reached;
    const admin = restWire(world.server.url, { key: adminKey });
    await admin.call("endSession", { sessionId });
    expect(await admin.call("eraseChannel", { channelId })).toMatchObject({ status: 200 });
    release();
    await world.nothingLeft([peer]);
    expect(peer.text()).toContain("HTTP/1.1 200");
    expect(peer.text().endsWith("0\r\n\r\n")).toBe(false);
    expect(peer.text()).not.toContain("\n]");
  });
});
