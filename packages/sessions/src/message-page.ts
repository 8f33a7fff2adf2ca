import type { Domain } from "./domain.js";
import { channelNotFound, validationError } from "./errors.js";
import { toMessageInfo } from "./message.js";
import { type MessageBound, messageBoundRule, parseMessageBound } from "./message-bound.js";
import type { Inputs, Outputs } from "./schemas.js";

type Range = Pick<Inputs["getChannelMessages"], "limit" | "before" | "after">;

export interface Bounds {
  readonly before: MessageBound | undefined;
  readonly after: MessageBound | undefined;
}

/** One page of a channel, newest first. @throws SessionError `CHANNEL_NOT_FOUND`, `VALIDATION_ERROR` */
export const readPage = async (
  { store }: Domain,
  channelId: string,
  limit: number,
  bounds: Bounds,
): Promise<Outputs["getChannelMessages"]> => {
  const page = await store.listMessages({ channelId, limit, ...bounds });
  if (page.outcome === "unknown_channel") throw channelNotFound(channelId);
  if (page.outcome === "unknown_bound")
    throw validationError({ path: page.bound, message: "is no message of this channel" });
  const newest = page.messages[0];
  const oldest = page.messages.at(-1);
  return {
    messages: page.messages.map(toMessageInfo),
    hasMore: page.hasMore,
    ...(newest && oldest ? { cursors: { before: oldest.createdAt, after: newest.createdAt } } : {}),
  };
};

export const toBounds = ({ before, after }: Range): Bounds => ({
  before: toBound("before", before),
  after: toBound("after", after),
});

const toBound = (path: "before" | "after", given: string | number | undefined): MessageBound | undefined => {
  if (given === undefined) return undefined;
  const bound = parseMessageBound(given);
  if (bound === null) throw validationError({ path, message: messageBoundRule });
  return bound;
};
