import type { Domain } from "./domain.js";
import { type Over, sessionEnded } from "./ending.js";
import { SessionError, StoreUnavailableError } from "./errors.js";
import { type Message, toMessageInfo } from "./message.js";
import type { Operation } from "./operation.js";
import { noteOver } from "./over.js";
import type { Agent, AgentTurn } from "./ports.js";
import { readUntilAborted } from "./read-until-aborted.js";
import { type Session, toIso } from "./session.js";
import { storablePieces } from "./storable-pieces.js";

/** Characters of the longest reply that is kept; an agent that goes on beyond it has failed. */
const longestReplyCharacters = 256 * 1_024;

/**
 * Lets the agent answer `message` and stores the reply, if the session still lives then: that condition, in the
 * store, is the fence that no late reply passes.
 * @throws SessionError `SESSION_ENDED`, `AGENT_FAILED`, `AGENT_TIMEOUT`, `SERVICE_UNAVAILABLE`
 */
export const runReply = async (
  domain: Domain,
  session: Session,
  message: Message,
  operation: Operation,
  onChunk: (text: string, index: number) => void,
): Promise<Message> => {
  try {
    const text = await writeReply(domain, session, message, operation, onChunk).catch((cause: unknown) => {
      throw operation.signal.aborted ? operation.signal.reason : cause;
    });
    // From here on the store's own answer counts: a reply that may be stored is not one that was cut off.
    return await storeReply(domain, session, operation, text);
  } catch (cause) {
    const error = replyError(cause);
    if (error.code !== "SESSION_ENDED") {
      domain.log.warn("A reply failed", {
        sessionId: session.sessionId,
        code: error.code,
        cause: String(error.cause ?? ""),
      });
      domain.hub.event(session.sessionId, {
        type: "message.failed",
        inReplyTo: message.id,
        code: error.code,
      });
    }
    throw error;
  } finally {
    operation.finish();
  }
};

const writeReply = async (
  domain: Domain,
  session: Session,
  message: Message,
  operation: Operation,
  onChunk: (text: string, index: number) => void,
): Promise<string> => {
  const agent = domain.agents.get(session.agentId);
  if (!agent) throw new SessionError("AGENT_FAILED", "The agent is not configured any more");
  const history =
    agent.historyLimit === 0
      ? []
      : await domain.store.readHistory(message.channelId, message.seq, agent.historyLimit);
  const timeout = domain.clock.setTimeout(
    () => operation.abort(agentTimeout(agent)),
    agent.replyTimeoutSeconds * 1_000,
  );
  try {
    const { sessionId, channelId, userId } = session;
    const { signal } = operation;
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
  domain: Domain,
  session: Session,
  operation: Operation,
  content: string,
): Promise<Message> => {
  const stored = await domain.store.appendMessage({
    id: operation.messageId,
    sessionId: session.sessionId,
    isAgent: true,
    inReplyTo: operation.inReplyTo,
    content,
    metadata: {},
    attachments: null,
  });
  if (stored.outcome === "over")
    throw operation.signal.aborted
      ? operation.signal.reason
      : await endedMeanwhile(domain, session, stored.over);
  const { message } = stored;
  const body = { type: "message", message: toMessageInfo(message) } as const;
  domain.hub.message(session.sessionId, message.seq, toIso(message.createdAt), body);
  return message;
};

/** The error of a reply that the fence kept out: the ending says why, once there is one. */
const endedMeanwhile = async (domain: Domain, session: Session, over: Over): Promise<SessionError> => {
  noteOver(domain, over);
  if (over.state === "ended") return sessionEnded(over.ending);
  await domain.sweeper.sweep();
  const [ending] = await domain.store.readEndings([session.sessionId]);
  // Another node may have been faster; what is cut off here is counted before it is gone.
  if (ending) domain.hub.release(ending);
  return ending
    ? sessionEnded(ending)
    : new SessionError("SESSION_ENDED", "Session ended while the operation was pending", {
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
