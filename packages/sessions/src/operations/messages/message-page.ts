import type { ServiceContext } from "../../context.js";
import { channelNotFound, validationError } from "../../model/errors.js";
import { type MessageInfo, toMessageInfo } from "../../model/message.js";
import { type MessageBound, messageBoundRule, parseMessageBound } from "../../paging/message-bound.js";
import { jsonItemBytes, rowsWithinBytes } from "../../paging/rows-within-bytes.js";
import { type Inputs, limits, type Outputs } from "../../schemas/index.js";

type Range = Pick<Inputs["getChannelMessages"], "limit" | "before" | "after">;

export interface Bounds {
  readonly before: MessageBound | undefined;
  readonly after: MessageBound | undefined;
}

/**
 * One page of a channel, newest first. It ends at its limit, or before it would exceed 1 MiB of JSON.
 * @throws SessionError `CHANNEL_NOT_FOUND`, `VALIDATION_ERROR`
 */
export const readPage = async (
  { store }: ServiceContext,
  channelId: string,
  limit: number,
  bounds: Bounds,
): Promise<Outputs["getChannelMessages"]> => {
  const maxBytes = limits.pageBytes - frameBytes;
  const page = await store.listMessages({ channelId, limit, maxBytes, ...bounds });
  if (page.outcome === "unknown_channel") throw channelNotFound(channelId);
  if (page.outcome === "unknown_bound")
    throw validationError({ path: page.bound, message: "is no message of this channel" });
  const messages = page.messages.map(toMessageInfo);
  const isForward = bounds.after !== undefined && bounds.before === undefined;
  const shown = mayExceed(page, maxBytes) ? fit(messages, maxBytes, isForward) : messages;
  const first = isForward ? page.messages.length - shown.length : 0;
  const newest = page.messages[first];
  const oldest = page.messages[first + shown.length - 1];
  return {
    messages: [...shown],
    hasMore: page.hasMore || shown.length < messages.length,
    ...(newest && oldest ? { cursors: { before: oldest.createdAt, after: newest.createdAt } } : {}),
  };
};

/** The bytes around the messages. */
const frameBytes = 256;
/** The longest JSON form of a character: an escape such as `\u0001`. */
const longestEscape = 6;
/** A message's field names, ids and time. */
const fieldBytes = 512;

/** Measuring costs as much as serialising, and few pages come near the limit. */
const mayExceed = (
  { bytes, messages }: { readonly bytes: number; readonly messages: readonly unknown[] },
  maxBytes: number,
): boolean => bytes * longestEscape + messages.length * fieldBytes > maxBytes;

/** The messages next to the start of the page: the newest, or the oldest when going forward. */
const fit = (
  messages: readonly MessageInfo[],
  maxBytes: number,
  isForward: boolean,
): readonly MessageInfo[] =>
  isForward
    ? [...rowsWithinBytes([...messages].reverse(), maxBytes, jsonItemBytes)].reverse()
    : rowsWithinBytes(messages, maxBytes, jsonItemBytes);

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
