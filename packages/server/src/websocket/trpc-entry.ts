import { maxJsonLevels, requireJsonDepth } from "@adjourn/router";
import { SessionError, validationError } from "@adjourn/sessions";
import { maxBatchCalls, maxCallIdCharacters } from "../limits.js";

/** A frame with more than one call. */
export interface Batch {
  /** Number of queries and mutations. */
  readonly calls: number;
  /** Size of the answers so far. */
  answeredBytes: number;
}

/** One message of a frame, read before tRPC validates it. */
export interface Entry {
  readonly message: unknown;
  readonly id: unknown;
  readonly method: unknown;
  readonly path: string | undefined;
  readonly batch: Batch | null;
}

/** An entry's input lies in the entry and in its `params`. */
const levelsAroundInput = 2;

export const readEntries = (frame: unknown): readonly Entry[] => {
  if (!Array.isArray(frame)) return [readEntry(frame, null)];
  const calls = frame.filter(isCall).length;
  const batch = calls > 1 ? { calls, answeredBytes: 0 } : null;
  return frame.map((message: unknown) => readEntry(message, batch));
};

const readEntry = (message: unknown, batch: Batch | null): Entry => {
  const { id, method, params } = fieldsOf(message);
  const { path } = fieldsOf(params);
  return { message, id, method, path: typeof path === "string" ? path : undefined, batch };
};

/** A reconnecting stock client renews all its subscriptions in one frame, so they do not count as calls of a batch. */
const isCall = (message: unknown): boolean => {
  const { method } = fieldsOf(message);
  return method !== "subscription" && method !== "subscription.stop";
};

export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};

/** The error of an entry that is refused before tRPC sees it; null for others. */
export const refusalOf = ({ id, method, message, batch }: Entry): SessionError | null => {
  if (typeof id === "string" && id.length > maxCallIdCharacters)
    return validationError({ path: "id", message: `has at most ${maxCallIdCharacters} characters` });
  if (batch && batch.calls > maxBatchCalls && method !== "subscription.stop")
    return validationError({ path: "", message: `A batch has at most ${maxBatchCalls} calls` });
  try {
    requireJsonDepth(message, maxJsonLevels + levelsAroundInput);
    return null;
  } catch (error) {
    if (error instanceof SessionError) return error;
    throw error;
  }
};

/** Whether an answer can carry this call id. */
export const isAnswerable = (id: unknown): id is string | number =>
  typeof id === "number" || (typeof id === "string" && id.length <= maxCallIdCharacters);
