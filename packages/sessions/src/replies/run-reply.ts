import { readUntilAborted } from "../async/read-until-aborted.js";
import type { ServiceContext } from "../context.js";
import { SessionError, StoreUnavailableError } from "../model/errors.js";
import { type Message, toMessageInfo } from "../model/message.js";
import { longestReplyCharacters, replyCancelled, replyLost, toFailure } from "../model/reply.js";
import { type Session, toIso } from "../model/session.js";
import type { Agent, AgentTurn, ReplyDraft, ReplyEnd } from "../ports/index.js";
import { endedMeanwhile } from "./ended-meanwhile.js";
import { CutShort, type InFlightReply } from "./in-flight-reply.js";
import { conversationBefore, waitForTurn } from "./reply-order.js";
import { storablePieces } from "./storable-pieces.js";

/** A reply and what it answers. */
export interface ReplyTask {
  readonly session: Session;
  /** The user's message. */
  readonly message: Message;
  readonly reply: InFlightReply;
}

/** How the text of a reply ended. */
type TextEnd = Pick<ReplyDraft, "finishReason" | "usage">;

/**
 * Lets the agent answer and stores the reply if it is in flight and the session live. The store checks both in the same
 * transaction, so no late and no cancelled reply is stored as finished. A reply that is cut short is stored with its text
 * so far where the cause keeps it.
 * @throws SessionError `SESSION_ENDED`, `REPLY_CANCELLED`, `AGENT_FAILED`, `AGENT_TIMEOUT`, `SERVICE_UNAVAILABLE`
 */
export const runReply = (context: ServiceContext, task: ReplyTask): Promise<Message> => {
  const { tracer } = context;
  const stored = tracer
    ? tracer.span("reply", task.session.sessionId, () => run(context, task))
    : run(context, task);
  stored.then(
    () => task.reply.finish(stored),
    () => task.reply.finish(stored),
  );
  return stored;
};

const run = async (context: ServiceContext, task: ReplyTask): Promise<Message> => {
  const { session, message } = task;
  try {
    // From the end of the text on the store decides: a reply that may already be stored must not be reported as aborted.
    return await storeReply(context, task, await writeOrCut(context, task));
  } catch (cause) {
    const error = replyError(cause);
    if (error.code === "SESSION_ENDED") throw error;
    const { sessionId } = session;
    const { code } = error;
    if (code !== "REPLY_CANCELLED")
      context.log.warn("A reply failed", { sessionId, code, cause: textOf(error.cause) });
    await recordFailure(context, task, error);
    context.hub.publishEvent(sessionId, { type: "message.failed", inReplyTo: message.id, code });
    throw error;
  }
};

/** An agent may throw anything, also a value that can't be converted. */
const textOf = (cause: unknown): string => {
  try {
    return String(cause ?? "");
  } catch {
    return "a value without a text";
  }
};

const recordFailure = async (
  { store, log }: ServiceContext,
  { session: { sessionId }, reply: { messageId } }: ReplyTask,
  error: SessionError,
): Promise<void> => {
  try {
    await store.failReply({ sessionId, messageId, failure: toFailure(error) });
  } catch (cause) {
    // The reply lapses, and a retry of its send is answered as for a node that crashed.
    log.warn("The failure of a reply could not be recorded", { sessionId, cause: String(cause) });
  }
};

/** Writes the reply to its end, or to the point where it is cut short. */
const writeOrCut = async (context: ServiceContext, task: ReplyTask): Promise<TextEnd> => {
  const { signal } = task.reply;
  try {
    return await writeReply(context, task);
  } catch (cause) {
    const reason: unknown = signal.aborted ? signal.reason : cause;
    if (!(reason instanceof CutShort)) throw reason;
    if (!reason.keepsText || task.reply.text === "") throw reason.error;
    return { finishReason: "cancelled", usage: null };
  }
};

const writeReply = async (context: ServiceContext, task: ReplyTask): Promise<TextEnd> => {
  const { session, message, reply } = task;
  const agent = context.agents.get(session.agentId);
  if (!agent) throw new SessionError("AGENT_FAILED", "The agent is not configured any more");
  await waitForTurn(context, agent, session.sessionId, reply);
  const history = await conversationBefore(context, agent, message);
  const timeout = context.clock.setTimeout(
    () => reply.abort(agentTimeout(agent)),
    agent.replyTimeoutSeconds * 1_000,
  );
  try {
    const { sessionId, channelId, userId } = session;
    const { signal } = reply;
    return await collect(context, agent, { sessionId, channelId, userId, message, history, signal }, reply);
  } finally {
    timeout.cancel();
  }
};

const collect = async (
  { hub }: ServiceContext,
  agent: Agent,
  turn: AgentTurn,
  reply: InFlightReply,
): Promise<TextEnd> => {
  const { messageId, inReplyTo } = reply;
  let characters = 0;
  let end: ReplyEnd = {};
  for await (const part of storablePieces(readUntilAborted(agent.reply(turn), turn.signal))) {
    if (typeof part !== "string") {
      end = { ...end, ...part };
      continue;
    }
    characters += part.length;
    if (characters > longestReplyCharacters)
      throw new SessionError("AGENT_FAILED", "The agent's reply is too long");
    const piece = reply.add(part);
    hub.publishEvent(turn.sessionId, { type: "message.delta", messageId, inReplyTo, ...piece });
  }
  if (characters === 0) throw new SessionError("AGENT_FAILED", "The agent gave an empty reply");
  return { finishReason: end.finishReason ?? "stop", usage: end.usage ?? null };
};

const storeReply = async (context: ServiceContext, task: ReplyTask, end: TextEnd): Promise<Message> => {
  const { session, reply } = task;
  const { sessionId } = session;
  const { messageId, inReplyTo, text: content, signal } = reply;
  reply.isBeingStored = true;
  const stored = await context.store.appendReply({ messageId, sessionId, inReplyTo, content, ...end });
  switch (stored.outcome) {
    case "stored": {
      const { message } = stored;
      const body = { type: "message", message: toMessageInfo(message) } as const;
      context.hub.publishMessage(sessionId, message.seq, toIso(message.createdAt), body);
      return message;
    }
    case "discarded":
      throw replyCancelled(sessionId, messageId);
    case "not_pending":
      throw replyLost();
    case "gone":
      throw signal.aborted && !(signal.reason instanceof CutShort)
        ? signal.reason
        : await endedMeanwhile(context, sessionId, stored.gone);
  }
};

const agentTimeout = ({ replyTimeoutSeconds }: Agent): SessionError =>
  new SessionError("AGENT_TIMEOUT", `The agent did not finish its reply in ${replyTimeoutSeconds} s`, {
    replyTimeoutSeconds,
  });

const replyError = (cause: unknown): SessionError => {
  if (cause instanceof SessionError) return cause;
  if (cause instanceof StoreUnavailableError)
    return new SessionError("SERVICE_UNAVAILABLE", "The store is not available", {}, { cause });
  return new SessionError("AGENT_FAILED", "The agent failed to reply", {}, { cause });
};
