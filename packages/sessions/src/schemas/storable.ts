import { z } from "zod";
import { isNestedDeeperThan } from "./json-depth.js";

/** Limits of the contract. Characters are UTF-16 units. */
export const limits = {
  contentCharacters: 4_000,
  metadataBytes: 10 * 1_024,
  jsonLevels: 64,
  /** A page of messages, in bytes of JSON. */
  pageBytes: 1_024 * 1_024,
  /** The rows of a list, in bytes of JSON. */
  listBytes: 4 * 1_024 * 1_024 - 1_024,
  attachments: 10,
  attachmentsBytes: 16 * 1_024,
  reasonCharacters: 200,
  idempotencyKeyCharacters: 255,
  lookupCharacters: 128,
  queryCharacters: 200,
  previewCharacters: 200,
  bulkSessionIds: 5_000,
  /** Sessions with listeners that are filtered and counted by them, over all nodes. */
  listenedSessions: 50_000,
  inFlightReplies: 100,
  /** Subscribers of one session on one node: with the session's own token, and in all. */
  subscribersPerToken: 50,
  subscribersPerSession: 20_000,
  statisticsPoints: 200,
  statisticsAgents: 200,
} as const;

const jsonBytes = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/**
 * Text that every store can keep: Postgres accepts no NUL, UTF-8 no lone surrogate. `max` counts UTF-16 units; zod and
 * JSON Schema count code points, so a character beyond U+FFFF is one for them and two here.
 */
export const text = (min: number, max: number) =>
  (min > 0 ? z.string().min(min) : z.string())
    .max(max, { abort: true })
    .refine((value) => value.length <= max, `must be at most ${max} characters`)
    .refine((value) => !value.includes("\0") && value.isWellFormed(), "has characters that can't be stored");

const deepWellFormed = (value: unknown): boolean => {
  const json = JSON.stringify(value);
  // JSON.stringify escapes NUL and lone surrogates; an escape preceded by an odd backslash is literal text.
  return !/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i.test(json);
};

const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `1e999` is read as Infinity and written as null; `-0` is written as 0. */
const hasPlainNumbers = (value: unknown): boolean => {
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === "number" && (!Number.isFinite(next) || Object.is(next, -0))) return false;
    if (typeof next === "object" && next !== null) for (const inner of Object.values(next)) open.push(inner);
  }
  return true;
};

/** An object that every store returns exactly as it was given. */
const storedObject = z
  .custom<Record<string, unknown>>(isObject, { error: "must be an object", abort: true })
  .refine((value) => !Object.hasOwn(value, "__proto__"), { error: "can't have a key __proto__", abort: true })
  .refine((value) => !isNestedDeeperThan(value, limits.jsonLevels), {
    error: `is nested more than ${limits.jsonLevels} levels deep`,
    abort: true,
  })
  .refine(hasPlainNumbers, { error: "has a number that JSON can't carry", abort: true })
  .meta({ type: "object", additionalProperties: true });

export const metadata = storedObject
  .refine(
    (value) => jsonBytes(value) <= limits.metadataBytes,
    `must be at most ${limits.metadataBytes} bytes as JSON`,
  )
  .refine(deepWellFormed, "has characters that can't be stored")
  .meta({ type: "object", additionalProperties: true });

export const attachments = z
  .array(storedObject)
  .max(limits.attachments)
  .refine(
    (value) => jsonBytes(value) <= limits.attachmentsBytes,
    `must be at most ${limits.attachmentsBytes} bytes as JSON`,
  )
  .refine(deepWellFormed, "has characters that can't be stored");
