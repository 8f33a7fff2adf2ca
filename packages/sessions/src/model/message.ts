import { z } from "zod";
import { type FinishReason, finishReasonSchema, type Usage, usageSchema } from "./reply.js";
import { isoTimeSchema, type JsonObject, jsonObjectSchema, toIso } from "./session.js";

/** A message as the store has it. `seq` counts 1, 2, 3 … within its channel; `createdAt` (ms) strictly increases with it. */
export interface Message {
  readonly id: string;
  readonly channelId: string;
  readonly seq: number;
  readonly authorId: string;
  readonly isAgent: boolean;
  /** The id of the user's message that this reply answers; null for a user's message. */
  readonly inReplyTo: string | null;
  readonly content: string;
  /** The session's metadata, overridden by the message's, plus `sessionId`. */
  readonly metadata: JsonObject;
  readonly attachments: readonly JsonObject[] | null;
  /** Null for a user's message. */
  readonly finishReason: FinishReason | null;
  /** Null where the model reported none. */
  readonly usage: Usage | null;
  readonly createdAt: number;
}

/**
 * A message as callers see it. `attachments` is present only if it was sent with some, `finishReason` only on an agent's
 * message, `usage` only where the model reported it.
 */
export const messageInfoSchema = z
  .object({
    id: z.string(),
    content: z.string(),
    authorId: z.string(),
    isAgent: z.boolean(),
    inReplyTo: z.string().nullable(),
    createdAt: isoTimeSchema,
    metadata: jsonObjectSchema,
    attachments: z.array(jsonObjectSchema).optional(),
    finishReason: finishReasonSchema.optional(),
    usage: usageSchema.optional(),
  })
  .meta({ id: "Message" });

export type MessageInfo = z.output<typeof messageInfoSchema>;

export const toMessageInfo = (message: Message): MessageInfo => ({
  id: message.id,
  content: message.content,
  authorId: message.authorId,
  isAgent: message.isAgent,
  inReplyTo: message.inReplyTo,
  createdAt: toIso(message.createdAt),
  metadata: message.metadata,
  ...(message.attachments ? { attachments: [...message.attachments] } : {}),
  ...(message.finishReason ? { finishReason: message.finishReason } : {}),
  ...(message.usage ? { usage: message.usage } : {}),
});
