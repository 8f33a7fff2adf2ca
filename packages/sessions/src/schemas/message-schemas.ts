import { z } from "zod";
import { messageInfoSchema } from "../model/message.js";
import { partialTextSchema } from "../model/reply.js";
import { isoTimeSchema, jsonObjectSchema } from "../model/session.js";
import { messageBoundRule, parseMessageBound } from "../paging/message-bound.js";
import { count, idempotencyKey, lookupId, sessionById, uuid } from "./fields.js";
import { attachments, limits, metadata, text } from "./storable.js";

const channelById = z.object({ channelId: lookupId });

/** A millisecond timestamp, an ISO time or a message id. A query string's digits mean the same as the number. */
const messageBound = z
  .union([z.number().meta({ type: "integer", minimum: 0 }), text(1, limits.lookupCharacters)])
  .refine((given) => parseMessageBound(given) !== null, messageBoundRule);

const messageRange = {
  limit: z.int().min(1).max(100).default(50),
  before: messageBound.optional(),
  after: messageBound.optional(),
};

const transports = ["http", "sse", "websocket"] as const;
/** The names that the older `mode` field uses for the same three. */
const modes = { sync: "http", stream: "sse", websocket: "websocket" } as const;

const sessionStatus = z
  .object({
    expiresAt: isoTimeSchema,
    renewalCount: count,
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

export const messageInputs = {
  sendSessionMessage: sessionById
    .extend({
      content: text(1, limits.contentCharacters),
      metadata: metadata.optional(),
      attachments: attachments.optional(),
      idempotencyKey: idempotencyKey.optional(),
      transport: z.enum(transports).optional(),
      mode: z.enum(["sync", "stream", "websocket"]).optional(),
    })
    .transform(({ mode, transport, ...rest }) => ({
      ...rest,
      transport: transport ?? (mode ? modes[mode] : "websocket"),
    })),
  cancelReply: sessionById.extend({
    messageId: lookupId,
    partial: partialTextSchema.default("keep"),
  }),
  getSessionMessages: sessionById.extend(messageRange),
  getChannelMessages: channelById.extend(messageRange),
  eraseChannel: channelById,
  eraseUser: z.object({ userId: uuid }),
} as const;

export const messageOutputs = {
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
  cancelReply: z.object({ success: z.literal(true), message: z.string(), stored: z.boolean() }),
  getSessionMessages: messagePage,
  getChannelMessages: messagePage,
  eraseChannel: z.object({ success: z.literal(true), message: z.string() }),
  eraseUser: z.object({ success: z.literal(true), message: z.string(), channels: count }),
} as const;
