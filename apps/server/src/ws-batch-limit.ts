import { type Encoder, jsonEncoder } from "@trpc/server/adapters/ws";
import { maxBatchCalls } from "./limits.js";

/**
 * The adapter counts every message of a frame against its limit. A stock client that comes back renews all its
 * subscriptions in one frame, which is no batch of calls, so only queries and mutations count here: the adapter asks
 * for its limit right after it has had a frame decoded.
 */
export const createWsBatchLimit = (): { readonly encoder: Encoder; readonly current: () => number } => {
  let calls = 0;
  return {
    encoder: {
      encode: jsonEncoder.encode,
      decode: (data) => {
        const frame = jsonEncoder.decode(data);
        calls = Array.isArray(frame) ? frame.filter(isCall).length : 1;
        return frame;
      },
    },
    current: () => (calls > maxBatchCalls ? maxBatchCalls : Number.POSITIVE_INFINITY),
  };
};

const isCall = (message: unknown): boolean =>
  typeof message !== "object" ||
  message === null ||
  !("method" in message) ||
  (message.method !== "subscription" && message.method !== "subscription.stop");
