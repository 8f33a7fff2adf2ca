import { z } from "zod";
import { SessionError } from "./errors.js";

/** Why a reply ended. Agents give every reason but `cancelled`. */
export const finishReasons = ["stop", "length", "content_filter", "cancelled", "other"] as const;
export type FinishReason = (typeof finishReasons)[number];
export const finishReasonSchema = z.enum(finishReasons);

/** Tokens that the model counted. */
export const usageSchema = z
  .object({ inputTokens: z.int().min(0), outputTokens: z.int().min(0) })
  .meta({ id: "Usage" });
export type Usage = Readonly<z.output<typeof usageSchema>>;

/** `one at a time`: a reply begins when those to the session's earlier messages have ended, on whichever node. */
export const replyOrders = ["one at a time", "parallel"] as const;
export type ReplyOrder = (typeof replyOrders)[number];

/** What becomes of the text so far of a reply that is cancelled. */
export const partialTextSchema = z.enum(["keep", "discard"]);
export type PartialText = z.output<typeof partialTextSchema>;

/** The longest reply in UTF-16 units. An agent that writes more has failed. */
export const longestReplyCharacters = 256 * 1_024;

/**
 * How long a reply counts as in flight after its node last renewed it, in ms. A node renews its replies every 2 s, so a
 * reply that lapses belongs to a node that crashed or lost its store.
 */
export const replyLeaseMs = 10_000;

/** The error that a reply failed with. It is stored for the retries of a send with an idempotency key. */
export type ReplyFailure = Pick<SessionError, "code" | "message" | "details">;

export const toFailure = ({ code, message, details }: SessionError): ReplyFailure => ({
  code,
  message,
  details,
});

export const replyNotFound = (sessionId: string, messageId: string): SessionError =>
  new SessionError("REPLY_NOT_FOUND", "Reply not found", { sessionId, messageId });

export const replyCancelled = (sessionId: string, messageId: string): SessionError =>
  new SessionError("REPLY_CANCELLED", "The reply was cancelled", { sessionId, messageId });

/** The error of a reply whose node stopped before the reply was stored. */
export const replyLost = (): SessionError =>
  new SessionError("AGENT_FAILED", "The node that ran the agent stopped before the reply was stored");
