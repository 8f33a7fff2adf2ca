import type { ServiceContext } from "../context.js";
import { SessionError } from "../model/errors.js";
import type { Message } from "../model/message.js";
import { type ReplyFailure, replyLost, toFailure } from "../model/reply.js";
import type { EarlierSend, IdempotencyKey } from "../ports/index.js";
import { awaitReplyState } from "./await-reply-state.js";
import { endedMeanwhile } from "./ended-meanwhile.js";

/**
 * The reply to a send that was made before with the same idempotency key: the one in flight, on whichever node, or the one
 * that is stored.
 * @throws SessionError the error that the reply failed with, `SESSION_ENDED`, or `AGENT_FAILED` for a reply that a crash lost
 */
export const repeatedReply = async (
  context: ServiceContext,
  sessionId: string,
  idempotency: IdempotencyKey,
  earlier: EarlierSend,
): Promise<Message> => {
  if (earlier.failure) throw toError(earlier.failure);
  const { replyId: messageId } = earlier;
  const reply = await awaitReplyState(context, sessionId, messageId, Number.POSITIVE_INFINITY);
  if (reply.state === "stored") return reply.message;
  if (reply.state === "lapsed" && (await giveUp(context, sessionId, messageId))) throw replyLost();
  // Its node has stored it, or recorded its failure, in the meantime.
  if (reply.state === "lapsed") return repeatedReply(context, sessionId, idempotency, earlier);
  const sent = await context.store.readSent(sessionId, idempotency);
  if (sent?.outcome === "repeated" && sent.earlier.failure) throw toError(sent.earlier.failure);
  const read = await context.store.readSession(sessionId);
  throw read.outcome === "gone" ? await endedMeanwhile(context, sessionId, read.gone) : replyLost();
};

/** Records that the reply is lost, so that its node can't store it if it still runs. @returns false if it has ended */
export const giveUp = ({ store }: ServiceContext, sessionId: string, messageId: string): Promise<boolean> =>
  store.failReply({ sessionId, messageId, failure: toFailure(replyLost()) });

const toError = ({ code, message, details }: ReplyFailure): SessionError =>
  new SessionError(code, message, details);
