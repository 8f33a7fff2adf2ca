/** A bound of a page of messages: a time (ms) or a message. */
export type MessageBound = { readonly time: number } | { readonly id: string };

const isoTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const numeral = /^-?\d+(?:\.\d+)?$/;
export const messageBoundRule = "must be a time or the id of a message";

/** The last instant that a `Date` can represent. */
const lastTime = 8_640_000_000_000_000;

/** A time without a zone is UTC, like all times of the API. @returns NaN for a day that does not exist */
const parseIso = (text: string): number => {
  const hasZone = !text.includes("T") || /(?:Z|[+-]\d{2}:?\d{2})$/.test(text);
  const day = text.slice(0, 10);
  const isDay = new Date(Date.parse(day) || 0).toISOString().slice(0, 10) === day;
  return isDay ? Date.parse(hasZone ? text : `${text}Z`) : Number.NaN;
};

/**
 * Parses a number, its digits or an ISO time as a time, and anything else as a message id.
 * @returns null for text in the form of a time that is not a valid one
 */
export const parseMessageBound = (given: string | number): MessageBound | null => {
  const text = String(given);
  const isIso = isoTime.test(text);
  // A number that is written with an exponent ("1e+21") is not an id either.
  if (!isIso && !numeral.test(text)) return typeof given === "string" ? { id: text } : null;
  const time = isIso ? parseIso(text) : Number(text);
  const isTime = isIso ? !Number.isNaN(time) : Number.isInteger(time) && time >= 0 && time <= lastTime;
  return isTime ? { time } : null;
};
