import type { Domain } from "./domain.js";
import { channelNotFound, validationError } from "./errors.js";
import { toMessageInfo } from "./message.js";
import type { MessageBound } from "./ports.js";
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

const isoTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const numeral = /^-?\d+(?:\.\d+)?$/;
/** The last instant that a date can name. */
const lastTime = 8_640_000_000_000_000;

/** A time without a zone is in UTC, as all of ours are. NaN for a day that no month has. */
const parseIso = (text: string): number => {
  const hasZone = !text.includes("T") || /(?:Z|[+-]\d{2}:?\d{2})$/.test(text);
  const day = text.slice(0, 10);
  const isDay = new Date(Date.parse(day) || 0).toISOString().slice(0, 10) === day;
  return isDay ? Date.parse(hasZone ? text : `${text}Z`) : Number.NaN;
};

/** A number, in digits too, is a millisecond timestamp, an ISO time is one too, anything else is a message's id. */
const toBound = (path: "before" | "after", given: string | number | undefined): MessageBound | undefined => {
  if (given === undefined) return undefined;
  const text = String(given);
  const isIso = isoTime.test(text);
  if (!isIso && !numeral.test(text)) return { id: text };
  const time = isIso ? parseIso(text) : Number(text);
  const isTime = isIso ? !Number.isNaN(time) : Number.isInteger(time) && time >= 0 && time <= lastTime;
  if (!isTime) throw validationError({ path, message: "is not a time" });
  return { time };
};
