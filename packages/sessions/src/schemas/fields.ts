import { z } from "zod";
import { limits, text } from "./storable.js";

/** Any version and variant of UUID, which zod calls GUID. */
export const uuid = z.guid({
  error: ({ code }) => (code === "invalid_format" ? "Invalid UUID" : undefined),
});
/** The times that ISO 8601 writes with four digits of year. */
const firstTime = Date.parse("0000-01-01T00:00:00.000Z");
const lastTime = Date.parse("9999-12-31T23:59:59.999Z");
export const lookupId = text(1, limits.lookupCharacters);
export const idempotencyKey = text(1, limits.idempotencyKeyCharacters);
export const reason = text(0, limits.reasonCharacters);
/** An ISO time with any offset. An answer can show it in UTC. */
export const time = z.iso.datetime({ offset: true, abort: true }).refine(
  (iso) => {
    const ms = Date.parse(iso);
    return ms >= firstTime && ms <= lastTime;
  },
  { error: "must be within the years 0 to 9999 in UTC" },
);
export const count = z.int().min(0);

/** The input of every operation on one session. */
export const sessionById = z.object({ sessionId: lookupId });

/** The page of every list. */
export const page = z.object({
  limit: z.int().min(1).max(1_000).default(100),
  cursor: z.string().min(1).max(512).optional(),
});

/** The filter and the page of the lists of sessions and endings. */
export const listFilter = page.extend({
  agentId: uuid.optional(),
  userId: uuid.optional(),
  search: text(0, limits.lookupCharacters).optional(),
  /** Words of the conversation. */
  q: text(0, limits.queryCharacters).optional(),
  /** The first and the end of a range of times: of creation for sessions, of the end for endings. */
  from: time.optional(),
  to: time.optional(),
});
