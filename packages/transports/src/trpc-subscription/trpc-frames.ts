import type { EventFrame } from "@adjourn/sessions";
import { textFrame } from "../web-socket/text-frame.js";

/** What every answer to a call repeats of it. */
export interface CallId {
  readonly id: string | number;
  /** Whether the call had `jsonrpc: "2.0"`. */
  readonly hasVersion: boolean;
}

/** Frames kept for each event. Most clients number their calls alike, so that few ids cover most subscribers. */
const keptFrames = 32;

/** The frames of tRPC's WebSocket protocol that a subscription consists of, as tRPC's own adapter writes them. */
export const startedFrame = (call: CallId): Buffer => textFrame(answer(call, '{"type":"started"}'));

export const stoppedFrame = (call: CallId): Buffer => textFrame(answer(call, '{"type":"stopped"}'));

/** An event. One frame for all subscribers with the same call id. */
export const eventFrame = (frame: EventFrame, call: CallId): Buffer =>
  kept(frame, "data", call, () => textFrame(answer(call, tracked(frame))));

/** The last event, with what says that the subscription is complete. */
export const lastFrames = (frame: EventFrame, call: CallId): Buffer =>
  kept(frame, "last", call, () =>
    Buffer.concat([textFrame(answer(call, tracked(frame))), stoppedFrame(call)]),
  );

const answer = ({ id, hasVersion }: CallId, result: string): string =>
  `{"id":${JSON.stringify(id)},${hasVersion ? '"jsonrpc":"2.0",' : ""}"result":${result}}`;

/** The form of a `tracked()` event. */
const tracked = ({ event, json }: EventFrame): string => {
  const id = JSON.stringify(event.id);
  return `{"type":"data","data":{"id":${id},"data":${json}},"id":${id}}`;
};

const kept = (
  { wireForms }: EventFrame,
  kind: "data" | "last",
  { id, hasVersion }: CallId,
  make: () => Buffer,
): Buffer => {
  const key = hasVersion ? `trpc ${kind} 2.0` : `trpc ${kind}`;
  // Only this function writes these keys.
  const byId = (wireForms.get(key) ?? new Map()) as Map<string | number, Buffer>;
  const existing = byId.get(id);
  if (existing) return existing;
  const frame = make();
  wireForms.set(key, byId);
  if (byId.size < keptFrames) byId.set(id, frame);
  return frame;
};
