import { z } from "zod";
import { endingCauses, endingSchema } from "./ending.js";
import { messageInfoSchema } from "./message.js";
import { messageBoundRule, parseMessageBound } from "./message-bound.js";
import { isoTimeSchema, jsonObjectSchema, sessionInfoSchema } from "./session.js";
import { attachments, limits, metadata, text } from "./storable.js";
import { type TimeoutConfigInput, timeoutConfigSchema } from "./timeout-policy.js";

export { limits, metadata };

/** Any version and variant of UUID, which zod calls GUID. */
const uuid = z.guid({ error: ({ code }) => (code === "invalid_format" ? "Invalid UUID" : undefined) });
const lookupId = text(1, limits.lookupCharacters);
const idempotencyKey = text(1, limits.idempotencyKeyCharacters);
const reason = text(0, limits.reasonCharacters);
const cursor = z.string().min(1).max(512);

/** Judged by the timeout policy, whose refusals are `INVALID_TIMEOUT_CONFIG`; here only its type is stated. */
const minutes = { type: "integer", minimum: 1 } as const;
const timeoutFields = {
  timeoutMinutes: minutes,
  autoRenew: { type: "boolean" },
  maxDurationMinutes: minutes,
  warningThresholdMinutes: minutes,
} as const;
const timeoutConfigInput = z
  .custom<TimeoutConfigInput>(() => true)
  .meta({ id: "TimeoutConfigInput", type: "object", properties: timeoutFields });
const timeoutField = <Value>(name: keyof typeof timeoutFields) =>
  z
    .custom<Value>(() => true)
    .meta({ ...timeoutFields[name] })
    .optional();

const session = z.object({ sessionId: lookupId });
const channel = z.object({ channelId: lookupId });
const listFilter = z.object({
  agentId: uuid.optional(),
  userId: uuid.optional(),
  search: text(0, limits.lookupCharacters).optional(),
  limit: z.int().min(1).max(1_000).default(100),
  cursor: cursor.optional(),
});
/** A millisecond timestamp, an ISO time or a message id. A number and its digits, as an address has them, are judged alike. */
const messageBound = z
  .union([z.number().meta({ type: "integer", minimum: 0 }), text(1, limits.lookupCharacters)])
  .refine((given) => parseMessageBound(given) !== null, messageBoundRule);
const messageRange = z.object({
  limit: z.int().min(1).max(100).default(50),
  before: messageBound.optional(),
  after: messageBound.optional(),
});

const transports = ["http", "sse", "websocket"] as const;
/** The names that the older `mode` field uses for the same three. */
const modes = { sync: "http", stream: "sse", websocket: "websocket" } as const;

/** What each operation takes. REST puts path, query and body together into one of these. */
export const inputs = {
  createSession: z.object({
    agentId: uuid,
    userId: uuid,
    metadata: metadata.optional(),
    timeoutConfig: timeoutConfigInput.optional(),
    channelId: uuid.optional(),
    idempotencyKey: idempotencyKey.optional(),
  }),
  listSessions: listFilter.prefault({}),
  getSession: session,
  endSession: session.extend({ reason: reason.optional(), idempotencyKey: idempotencyKey.optional() }),
  renewSession: session,
  updateSessionTimeout: session.extend({
    timeoutMinutes: timeoutField<number>("timeoutMinutes"),
    autoRenew: timeoutField<boolean>("autoRenew"),
    maxDurationMinutes: timeoutField<number>("maxDurationMinutes"),
    warningThresholdMinutes: timeoutField<number>("warningThresholdMinutes"),
  }),
  sessionHeartbeat: session,
  sendSessionMessage: session
    .extend({
      content: text(1, limits.contentCharacters),
      metadata: metadata.optional(),
      attachments: attachments.optional(),
      transport: z.enum(transports).optional(),
      mode: z.enum(["sync", "stream", "websocket"]).optional(),
    })
    .transform(({ mode, transport, ...rest }) => ({
      ...rest,
      transport: transport ?? (mode ? modes[mode] : "websocket"),
    })),
  getSessionMessages: session.extend(messageRange.shape),
  sessionEvents: session.extend({ lastEventId: z.string().max(256).nullish() }),
  getChannelMessages: channel.extend(messageRange.shape),
  eraseChannel: channel,
  listEndings: listFilter.extend({ cause: z.enum(endingCauses).optional() }).prefault({}),
  getEnding: session,
  /** `withKinds` is tRPC's alone: REST has no parameter for it. */
  listAgents: z.object({ withKinds: z.boolean().default(false) }).prefault({}),
  endSessions: z
    .object({
      agentId: uuid.optional(),
      userId: uuid.optional(),
      sessionIds: z.array(lookupId).max(limits.bulkSessionIds).optional(),
      reason: reason.optional(),
      dryRun: z.boolean().default(false),
    })
    .refine(
      ({ agentId, userId, sessionIds }) =>
        agentId !== undefined || userId !== undefined || sessionIds !== undefined,
      "at least one of agentId, userId and sessionIds is required",
    ),
} as const;

export type Inputs = { readonly [K in keyof typeof inputs]: z.output<(typeof inputs)[K]> };

const sessionRow = sessionInfoSchema
  .extend({
    messageCount: z.int().min(0),
    listeners: z.int().min(0),
    pendingOperations: z.int().min(0),
  })
  .meta({ id: "SessionRow" });

const sessionStatus = z
  .object({
    expiresAt: isoTimeSchema,
    renewalCount: z.int().min(0),
    wasRenewed: z.boolean(),
    isNearExpiration: z.boolean(),
  })
  .meta({ id: "SessionStatus" });

const agentResponse = messageInfoSchema.extend({ text: z.string() }).meta({ id: "AgentResponse" });

const messagePage = z
  .object({
    messages: z.array(messageInfoSchema),
    hasMore: z.boolean(),
    cursors: z.object({ before: z.int(), after: z.int() }).optional(),
  })
  .meta({ id: "MessagePage" });

/** What is shown of the things themselves, for those who pass them on. */
export const records = { sessionInfo: sessionInfoSchema, sessionRow, message: messageInfoSchema } as const;

/** What each operation answers over tRPC; REST sends the same, or the part of it that its table names. */
export const outputs = {
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
    sessions: z.array(sessionRow),
    total: z.int().min(0),
    stats: z.object({
      totalSessions: z.int().min(0),
      activeSessions: z.int().min(0),
      expiredSessions: z.int().min(0),
    }),
    nextCursor: z.string().optional(),
  }),
  getSessionsHealth: z.object({
    status: z.literal("healthy"),
    activeSessions: z.int().min(0),
    timestamp: isoTimeSchema,
    expiringSoon: z.int().min(0),
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
  renewSession: sessionInfoSchema,
  updateSessionTimeout: sessionInfoSchema,
  sessionHeartbeat: sessionInfoSchema,
  sendSessionMessage: z.object({
    id: z.string(),
    content: z.string(),
    authorId: z.string(),
    createdAt: isoTimeSchema,
    metadata: jsonObjectSchema,
    attachments: z.array(jsonObjectSchema).optional(),
    sessionStatus,
    agentResponse: agentResponse.optional(),
  }),
  getSessionMessages: messagePage,
  getChannelMessages: messagePage,
  eraseChannel: z.object({ success: z.literal(true), message: z.string() }),
  listEndings: z.object({ endings: z.array(endingSchema), nextCursor: z.string().optional() }),
  getEnding: endingSchema,
  endSessions: z.object({ ended: z.int().min(0), matched: z.int().min(0) }),
  listAgents: z.object({
    success: z.literal(true),
    data: z.object({ agents: z.array(z.object({ id: z.string(), name: z.string(), status: z.string() })) }),
    /** Each agent's kind by its id, where that was asked for. */
    kinds: z.record(z.string(), z.string()).optional(),
  }),
} as const;

export type Outputs = { readonly [K in keyof typeof outputs]: z.output<(typeof outputs)[K]> };
export type SessionRow = z.output<typeof sessionRow>;
