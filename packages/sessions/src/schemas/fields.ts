import { z } from "zod";
import { isoTimeSchema } from "../model/session.js";
import { limits, text } from "./storable.js";

/** Any version and variant of UUID, which zod calls GUID. */
export const uuid = z.guid({
  error: ({ code }) => (code === "invalid_format" ? "Invalid UUID" : undefined),
});
export const lookupId = text(1, limits.lookupCharacters);
export const idempotencyKey = text(1, limits.idempotencyKeyCharacters);
export const reason = text(0, limits.reasonCharacters);
export const count = z.int().min(0);

/** The input of every operation on one session. */
export const sessionById = z.object({ sessionId: lookupId });

/** The filter and the page of every list. */
export const listFilter = z.object({
  agentId: uuid.optional(),
  userId: uuid.optional(),
  search: text(0, limits.lookupCharacters).optional(),
  /** Words of the conversation. */
  q: text(0, limits.queryCharacters).optional(),
  /** The first and the end of a range of times: of creation for sessions, of the end for endings. */
  from: isoTimeSchema.optional(),
  to: isoTimeSchema.optional(),
  limit: z.int().min(1).max(1_000).default(100),
  cursor: z.string().min(1).max(512).optional(),
});
