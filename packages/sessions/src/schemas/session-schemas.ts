import { z } from "zod";
import { endingCauses } from "../model/ending.js";
import { isoTimeSchema, jsonObjectSchema, sessionInfoSchema } from "../model/session.js";
import { timeoutConfigSchema } from "../model/timeout-policy.js";
import { count, idempotencyKey, listFilter, lookupId, reason, sessionById, uuid } from "./fields.js";
import { limits, metadata } from "./storable.js";
import { timeoutConfigInput, timeoutFields } from "./timeout-schemas.js";

export const lastMessageSchema = z
  .object({ content: z.string(), isAgent: z.boolean(), createdAt: isoTimeSchema })
  .meta({ id: "LastMessage" });

export const sessionRowSchema = sessionInfoSchema
  .extend({
    messageCount: count,
    listeners: count,
    pendingOperations: count,
    /** The conversation's newest message; its content is cut after 200 characters. */
    lastMessage: lastMessageSchema.nullable(),
  })
  .meta({ id: "SessionRow" });

export type SessionRow = z.output<typeof sessionRowSchema>;

/** `replying`: an agent's reply is in flight. `listened`: there are listeners, on whichever node. */
export const sessionActivities = ["replying", "listened"] as const;
const activity = z.enum(sessionActivities);

/** Bounded, so that a time that many minutes ago is exact. */
const wholeMinutes = z.int().min(1).max(1_000_000_000);

export const sessionInputs = {
  createSession: z.object({
    agentId: uuid,
    userId: uuid,
    metadata: metadata.optional(),
    timeoutConfig: timeoutConfigInput.optional(),
    channelId: uuid.optional(),
    idempotencyKey: idempotencyKey.optional(),
  }),
  listSessions: listFilter
    .extend({ activity: activity.optional(), sort: z.enum(["createdAt", "expiresAt"]).optional() })
    .prefault({}),
  getSession: sessionById,
  endSession: sessionById.extend({ reason: reason.optional(), idempotencyKey: idempotencyKey.optional() }),
  // Strict: without a filter that it does not know, it would end more sessions than the caller asked for.
  endSessions: z
    .strictObject({
      agentId: uuid.optional(),
      userId: uuid.optional(),
      sessionIds: z.array(lookupId).max(limits.bulkSessionIds).optional(),
      olderThanMinutes: wholeMinutes.optional(),
      idleForMinutes: wholeMinutes.optional(),
      activity: activity.optional(),
      reason: reason.optional(),
      dryRun: z.boolean().default(false),
      /** Whether a dry run counts what the end would cut. */
      countCut: z.boolean().optional(),
    })
    .refine(
      ({ reason: _, dryRun: __, countCut: ___, ...filters }) =>
        Object.values(filters).some((value) => value !== undefined),
      "at least one of agentId, userId, sessionIds, olderThanMinutes, idleForMinutes and activity is required",
    ),
  renewSession: sessionById,
  updateSessionTimeout: sessionById.extend(timeoutFields),
  sessionHeartbeat: sessionById,
  sessionEvents: sessionById.extend({
    lastEventId: z.string().max(256).nullish(),
    /** An admin's subscription that does not count as a listener. Only tRPC takes it: REST has no parameter for it. */
    observe: z.boolean().optional(),
  }),
} as const;

export const sessionOutputs = {
  createSession: z.object({
    sessionId: z.string(),
    channelId: z.string(),
    agentId: z.string(),
    userId: z.string(),
    createdAt: isoTimeSchema,
    expiresAt: isoTimeSchema,
    timeoutConfig: timeoutConfigSchema,
    metadata: jsonObjectSchema,
    token: z.string().optional(),
  }),
  listSessions: z.object({
    sessions: z.array(sessionRowSchema),
    total: count,
    stats: z.object({ totalSessions: count, activeSessions: count, expiredSessions: count }),
    nextCursor: z.string().optional(),
  }),
  getSessionsHealth: z.object({
    status: z.literal("healthy"),
    activeSessions: count,
    timestamp: isoTimeSchema,
    expiringSoon: count,
    /** Seconds since this process began. */
    uptime: z.number().min(0),
  }),
  getSession: sessionInfoSchema,
  endSession: z.object({
    success: z.literal(true),
    message: z.string(),
    sessionId: z.string(),
    endedAt: isoTimeSchema,
    cause: z.enum(endingCauses),
    reason: z.string().nullable(),
  }),
  endSessions: z.object({
    ended: count,
    matched: count,
    /** In the answer of a dry run with `countCut`: what the end would cut, on all nodes. */
    listeners: count.optional(),
    replies: count.optional(),
  }),
  renewSession: sessionInfoSchema,
  updateSessionTimeout: sessionInfoSchema,
  sessionHeartbeat: sessionInfoSchema,
} as const;
