/** Where a page of messages begins or stops: at a time (ms), or at a message. */
export type MessageBound = { readonly time: number } | { readonly id: string };

const isoTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const numeral = /^-?\d+(?:\.\d+)?$/;
export const messageBoundRule = "must be a time or the id of a message";

/** The last instant that a date can name. */
const lastTime = 8_640_000_000_000_000;

/** A time without a zone is in UTC, as all of ours are. NaN for a day that no month has. */
const parseIso = (text: string): number => {
  const hasZone = !text.includes("T") || /(?:Z|[+-]\d{2}:?\d{2})$/.test(text);
  const day = text.slice(0, 10);
  const isDay = new Date(Date.parse(day) || 0).toISOString().slice(0, 10) === day;
  return isDay ? Date.parse(hasZone ? text : `${text}Z`) : Number.NaN;
};

/**
 * A number, in digits too, is a millisecond timestamp, an ISO time is one too, anything else is a message's id. Null for
 * what has the form of a time and is none.
 */
export const parseMessageBound = (given: string | number): MessageBound | null => {
  const text = String(given);
  const isIso = isoTime.test(text);
  // A number too large or too small for digits ("1e+21") is no id either.
  if (!isIso && !numeral.test(text)) return typeof given === "string" ? { id: text } : null;
  const time = isIso ? parseIso(text) : Number(text);
  const isTime = isIso ? !Number.isNaN(time) : Number.isInteger(time) && time >= 0 && time <= lastTime;
  return isTime ? { time } : null;
};
