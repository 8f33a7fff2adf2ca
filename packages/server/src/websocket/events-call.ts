import { type Entry, fieldsOf, isAnswerable } from "./trpc-entry.js";

export interface EventsCall {
  readonly id: string | number;
  readonly hasVersion: boolean;
  readonly input: unknown;
}

/** A well-formed subscription to a session's events; null for any other message, which tRPC's own adapter reads. */
export const eventsCall = ({ id, method, path, message }: Entry): EventsCall | null => {
  if (method !== "subscription" || path !== "sessionEvents" || !isAnswerable(id)) return null;
  const { jsonrpc, params } = fieldsOf(message);
  const { input, lastEventId } = fieldsOf(params);
  if (jsonrpc !== undefined && jsonrpc !== "2.0") return null;
  if (lastEventId === undefined) return { id, hasVersion: jsonrpc === "2.0", input };
  if (typeof lastEventId !== "string") return null;
  return { id, hasVersion: jsonrpc === "2.0", input: withLastEventId(input, lastEventId) };
};

/** A stock client that resumes names its last event beside the input. */
const withLastEventId = (input: unknown, lastEventId: string): unknown => {
  if (typeof input === "object" && input !== null && !Array.isArray(input)) return { ...input, lastEventId };
  return input ?? { lastEventId };
};
