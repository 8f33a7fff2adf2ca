import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { EventFrame, SessionEvent } from "@adjourn/sessions";
import { initTRPC, tracked } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { eventFrame, lastFrames, startedFrame, stoppedFrame } from "./trpc-frames.js";

const event: SessionEvent = {
  id: 's.1."é',
  type: "session.ended",
  sessionId: "s",
  at: "2026-01-01T00:00:00.000Z",
  cause: "requested",
  reason: "\u2028 “done”",
  endedAt: "2026-01-01T00:00:00.000Z",
};
const newFrame = (): EventFrame => ({ event, json: JSON.stringify(event), wireForms: new Map() });

/** What tRPC's own adapter writes for a subscription with one event. */
const writtenByTrpc = async (call: object): Promise<string[]> => {
  const t = initTRPC.create();
  const router = t.router({
    sessionEvents: t.procedure.subscription(async function* () {
      yield tracked(event.id, event);
    }),
  });
  const wss = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  applyWSSHandler({ wss, router });
  await once(wss, "listening");
  const peer = new WebSocket(`ws://127.0.0.1:${(wss.address() as AddressInfo).port}`);
  await once(peer, "open");
  const written: string[] = [];
  const stopped = new Promise<void>((resolve) => {
    peer.on("message", (data) => {
      written.push(String(data));
      if (written.length === 3) resolve();
    });
  });
  peer.send(JSON.stringify({ ...call, method: "subscription", params: { path: "sessionEvents" } }));
  await stopped;
  peer.terminate();
  wss.close();
  return written;
};

/** The texts of frames of less than 64 KiB. */
const textsOf = (frames: Buffer): string[] => {
  const texts: string[] = [];
  for (let at = 0; at < frames.length; ) {
    const isShort = (frames[at + 1] ?? 0) < 126;
    const from = at + (isShort ? 2 : 4);
    const length = isShort ? (frames[at + 1] ?? 0) : frames.readUInt16BE(at + 2);
    texts.push(frames.toString("utf8", from, from + length));
    at = from + length;
  }
  return texts;
};

it.each([
  [
    { id: 1, jsonrpc: "2.0" },
    { id: 1, hasVersion: true },
  ],
  [{ id: 7 }, { id: 7, hasVersion: false }],
  [
    { id: 'a "call"', jsonrpc: "2.0" },
    { id: 'a "call"', hasVersion: true },
  ],
])("the frames for the call %o are those of tRPC's own adapter, byte for byte", async (sent, call) => {
  const written = await writtenByTrpc(sent);
  const frame = newFrame();
  const frames = Buffer.concat([startedFrame(call), eventFrame(frame, call), stoppedFrame(call)]);
  expect(textsOf(frames)).toEqual(written);
  expect(textsOf(lastFrames(frame, call))).toEqual(written.slice(1));
});

it("subscribers with the same call id share one frame, and others have their own", () => {
  const frame = newFrame();
  const first = eventFrame(frame, { id: 1, hasVersion: true });
  expect(eventFrame(frame, { id: 1, hasVersion: true })).toBe(first);
  for (const other of [
    { id: 1, hasVersion: false },
    { id: "1", hasVersion: true },
    { id: 2, hasVersion: true },
  ])
    expect(eventFrame(frame, other)).not.toEqual(first);
});

it("no event keeps a frame for each of thousands of ids", () => {
  const frame = newFrame();
  for (let id = 0; id < 1_000; id += 1) eventFrame(frame, { id, hasVersion: true });
  const [kept] = [...frame.wireForms.values()];
  expect((kept as Map<number, Buffer>).size).toBeLessThan(100);
});
