import { readUntilAborted } from "../async/read-until-aborted.js";
import type { ServiceContext } from "../context.js";
import { type Gone, sessionEnded } from "../model/ending.js";
import { SessionError, StoreUnavailableError } from "../model/errors.js";
import { type Message, toMessageInfo } from "../model/message.js";
import { type Session, toIso } from "../model/session.js";
import { releaseGone } from "../operations/gone.js";
import type { Agent, AgentTurn } from "../ports/index.js";
import type { InFlightReply } from "./in-flight-reply.js";
import { storablePieces } from "./storable-pieces.js";

/** The longest reply in UTF-16 units. An agent that writes more has failed. */
const longestReplyCharacters = 256 * 1_024;

/**
 * Lets the agent answer `message` and stores the reply if the session is still live. The store checks that condition in
 * the same transaction, so no late reply is stored.
 * @throws SessionError `SESSION_ENDED`, `AGENT_FAILED`, `AGENT_TIMEOUT`, `SERVICE_UNAVAILABLE`
 */
export const runReply = async (
  context: ServiceContext,
  session: Session,
  message: Message,
  reply: InFlightReply,
  onChunk: (text: string, index: number) => void,
): Promise<Message> => {
  try {
    const text = await writeReply(context, session, message, reply, onChunk).catch((cause: unknown) => {
      throw reply.signal.aborted ? reply.signal.reason : cause;
    });
    // From here on the store decides: a reply that may already be stored must not be reported as aborted.
    return await storeReply(context, session, reply, text);
  } catch (cause) {
    const error = replyError(cause);
    if (error.code !== "SESSION_ENDED") {
      context.log.warn("A reply failed", {
        sessionId: session.sessionId,
        code: error.code,
        cause: String(error.cause ?? ""),
      });
      context.hub.publishEvent(session.sessionId, {
        type: "message.failed",
        inReplyTo: message.id,
        code: error.code,
      });
    }
    throw error;
  } finally {
    reply.finish();
  }
};

const writeReply = async (
  context: ServiceContext,
  session: Session,
  message: Message,
  reply: InFlightReply,
  onChunk: (text: string, index: number) => void,
): Promise<string> => {
  const agent = context.agents.get(session.agentId);
  if (!agent) throw new SessionError("AGENT_FAILED", "The agent is not configured any more");
  const history =
    agent.historyLimit === 0
      ? []
      : await context.store.readHistory(message.channelId, message.seq, agent.historyLimit);
  const timeout = context.clock.setTimeout(
    () => reply.abort(agentTimeout(agent)),
    agent.replyTimeoutSeconds * 1_000,
  );
  try {
    const { sessionId, channelId, userId } = session;
    const { signal } = reply;
    return await collect(agent, { sessionId, channelId, userId, message, history, signal }, onChunk);
  } finally {
    timeout.cancel();
  }
};

const collect = async (
  agent: Agent,
  turn: AgentTurn,
  onChunk: (text: string, index: number) => void,
): Promise<string> => {
  let text = "";
  let index = 0;
  for await (const piece of storablePieces(readUntilAborted(agent.reply(turn), turn.signal))) {
    text += piece;
    if (text.length > longestReplyCharacters)
      throw new SessionError("AGENT_FAILED", "The agent's reply is too long");
    onChunk(piece, index);
    index += 1;
  }
  if (text === "") throw new SessionError("AGENT_FAILED", "The agent gave an empty reply");
  return text;
};

const storeReply = async (
  context: ServiceContext,
  session: Session,
  reply: InFlightReply,
  content: string,
): Promise<Message> => {
  const stored = await context.store.appendMessage({
    id: reply.messageId,
    sessionId: session.sessionId,
    isAgent: true,
    inReplyTo: reply.inReplyTo,
    content,
    metadata: {},
    attachments: null,
  });
  if (stored.outcome === "gone")
    throw reply.signal.aborted ? reply.signal.reason : await endedMeanwhile(context, session, stored.gone);
  const { message } = stored;
  const body = { type: "message", message: toMessageInfo(message) } as const;
  context.hub.publishMessage(session.sessionId, message.seq, toIso(message.createdAt), body);
  return message;
};

/** The error of a reply that the store refused. Once there is an ending, it gives the cause. */
const endedMeanwhile = async (
  context: ServiceContext,
  session: Session,
  gone: Gone,
): Promise<SessionError> => {
  releaseGone(context, gone);
  if (gone.state === "ended") return sessionEnded(gone.ending);
  await context.sweeper.sweep();
  const [ending] = await context.store.readEndings([session.sessionId]);
  // Another node may have ended the session; what this node aborts must still be counted.
  if (ending) context.hub.release(ending);
  return ending
    ? sessionEnded(ending)
    : new SessionError("SESSION_ENDED", "Session ended while the reply was pending", {
        sessionId: session.sessionId,
      });
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
