import { z } from "zod";
import type { Caller } from "./ending.js";
import { SessionError } from "./errors.js";
import { isoTimeSchema, toIso } from "./session.js";

/** A block as callers see it. While it holds, no session of the user lives and none begins. */
export const blockSchema = z
  .object({
    userId: z.string(),
    /** The time at which the block ends by itself; null if it holds for good. */
    until: isoTimeSchema.nullable(),
    reason: z.string().nullable(),
    blockedAt: isoTimeSchema,
    /** The name of the key that set it, or null. */
    actor: z.string().nullable(),
  })
  .meta({ id: "Block" });

export type Block = z.output<typeof blockSchema>;

/** A block as the store has it. Times are milliseconds since the epoch. */
export interface BlockRecord extends Readonly<Omit<Block, "until" | "blockedAt">> {
  readonly until: number | null;
  readonly blockedAt: number;
}

/** What a caller asks for. */
export interface BlockRequest extends Pick<BlockRecord, "userId" | "until" | "reason"> {
  readonly caller: Caller;
}

export const toBlock = ({ userId, until, reason, blockedAt, actor }: BlockRecord): Block => ({
  userId,
  until: until === null ? null : toIso(until),
  reason,
  blockedAt: toIso(blockedAt),
  actor,
});

export const userBlocked = ({ userId, until }: BlockRecord): SessionError =>
  new SessionError("USER_BLOCKED", "This user is blocked", {
    userId,
    until: until === null ? null : toIso(until),
  });

export const blockNotFound = (userId: string): SessionError =>
  new SessionError("BLOCK_NOT_FOUND", "Block not found", { userId });
