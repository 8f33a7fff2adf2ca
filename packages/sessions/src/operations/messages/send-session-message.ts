import type { ServiceContext } from "../../context.js";
import { idempotencyKeyReused } from "../../model/errors.js";
import { type Message, type MessageInfo, toMessageInfo } from "../../model/message.js";
import { withoutIds } from "../../model/metadata-ids.js";
import { isNearExpiration, toIso, toSessionInfo } from "../../model/session.js";
import { timeOrderedId } from "../../model/time-ordered-id.js";
import type { AppendOutcome, IdempotencyKey, RepeatedSend, Sent } from "../../ports/index.js";
import { followRemoteReply } from "../../replies/follow-remote-reply.js";
import type { InFlightReply } from "../../replies/in-flight-reply.js";
import { PieceQueue } from "../../replies/piece-queue.js";
import { repeatedReply } from "../../replies/repeated-reply.js";
import { tooManyReplies } from "../../replies/reply-limit.js";
import { runReply } from "../../replies/run-reply.js";
import type { Inputs, Outputs } from "../../schemas/index.js";
import type { AgentResponse, ReplyStream } from "../../session-service.js";
import { readLive } from "../sessions/get-session.js";
import { refuseGone } from "../sessions/gone.js";
import { toIdempotencyKey } from "./idempotency-key.js";

type Input = Inputs["sendSessionMessage"];
type Output = Outputs["sendSessionMessage"];

interface Begun {
  readonly sent: Sent;
  readonly replyId: string;
  readonly isRetry: boolean;
  /** The reply of a retry may run on another node, or have ended. */
  readonly outcome: () => Promise<Message>;
}

/**
 * Stores the user's message and starts the agent's reply. With the transport `http` it waits for the reply. A retry with the
 * same idempotency key stores nothing and gets the first answer.
 * @throws SessionError `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `RATE_LIMITED`, `IDEMPOTENCY_KEY_REUSED`; with `http` also
 * `SESSION_ENDED`, `REPLY_CANCELLED`, `AGENT_FAILED`, `AGENT_TIMEOUT`
 */
export const sendSessionMessage = async (context: ServiceContext, input: Input): Promise<Output> => {
  const { sent, outcome } = await begin(context, input);
  if (input.transport === "websocket") return toAnswer(sent);
  return toAnswer(sent, toAgentResponse(await outcome()));
};

/** Like {@link sendSessionMessage}, for the transport `sse`: the reply is streamed. A retry begins with the text so far. */
export const streamSessionMessage = async (context: ServiceContext, input: Input): Promise<ReplyStream> => {
  const pieces = new PieceQueue();
  const { sent, replyId, isRetry, outcome } = await begin(context, input, (reply) =>
    reply.onPiece((piece) => pieces.push(piece)),
  );
  const follow = () => followRemoteReply(context, input.sessionId, replyId, (piece) => pieces.push(piece));
  const stop = isRetry ? follow() : () => {};
  const stored = outcome();
  stored
    .then(
      ({ content }) => pieces.close(content),
      (error: Error) => pieces.fail(error),
    )
    .finally(stop);
  return {
    userMessage: toMessageInfo(sent.message),
    replyId,
    chunks: pieces.read(replyId),
    reply: stored.then(toAgentResponse),
  };
};

const toAgentResponse = (reply: Message): AgentResponse => {
  const { attachments: _, ...info } = toMessageInfo(reply);
  return Object.assign(info, { text: info.content });
};

type OnReply = (reply: InFlightReply) => void;

/** `onReply` gets the reply of a first send before its agent begins. */
const begin = async (context: ServiceContext, input: Input, onReply: OnReply = () => {}): Promise<Begun> => {
  const { sessionId, content, metadata, attachments, idempotencyKey } = input;
  const idempotency = await toIdempotencyKey(idempotencyKey, { content, metadata, attachments });
  if (!idempotency) return beginNew(context, input, null, onReply);
  // Read first, so that a retry is answered whatever the state of its session and of the limits.
  const earlier = await context.store.readSent(sessionId, idempotency);
  return earlier
    ? repeat(context, sessionId, idempotency, earlier)
    : beginNew(context, input, idempotency, onReply);
};

const repeat = async (
  context: ServiceContext,
  sessionId: string,
  idempotency: IdempotencyKey,
  send: RepeatedSend,
): Promise<Begun> => {
  if (send.outcome === "key_reused") {
    // That a session is gone takes precedence over how its keys were used.
    await readLive(context, sessionId);
    throw idempotencyKeyReused(idempotency.key);
  }
  const { earlier } = send;
  return {
    sent: earlier,
    replyId: earlier.replyId,
    isRetry: true,
    outcome: () => repeatedReply(context, sessionId, idempotency, earlier),
  };
};

const beginNew = async (
  context: ServiceContext,
  input: Input,
  idempotency: IdempotencyKey | null,
  onReply: OnReply,
): Promise<Begun> => {
  const { sessionId } = input;
  const newId = () => timeOrderedId(context.clock.now(), context.newId());
  const id = newId();
  const channel = context.hub.openChannel(sessionId);
  let reply: InFlightReply | undefined;
  let stored: AppendOutcome;
  try {
    reply = channel.replies.begin(newId(), id);
    stored = await context.store.appendMessage({
      id,
      sessionId,
      content: input.content,
      metadata: withoutIds(input.metadata ?? {}),
      attachments: input.attachments ?? null,
      reply: { messageId: reply.messageId, nodeId: context.settings.nodeId },
      idempotency,
    });
    if (stored.outcome === "gone") throw refuseGone(context, sessionId, stored.gone);
    if (stored.outcome === "too_many_replies") throw tooManyReplies(sessionId);
    if (stored.outcome === "stored") {
      onReply(reply);
      return start(context, stored, reply);
    }
  } catch (cause) {
    reply?.discard();
    context.hub.closeIfEmpty(channel);
    throw cause;
  }
  reply.discard();
  // Only a key can have been used before.
  return repeat(context, sessionId, idempotency ?? { key: "", fingerprint: "" }, stored);
};

const start = (context: ServiceContext, sent: Sent, reply: InFlightReply): Begun => {
  reply.start();
  announce(context, sent);
  const { message, session } = sent;
  const outcome = runReply(context, { message, session, reply });
  // A `websocket` send does not wait for it.
  outcome.catch(() => {});
  return { sent, replyId: reply.messageId, isRetry: false, outcome: () => outcome };
};

/** The time of the message stands for now, so that a retry gets the same answer. */
const toAnswer = ({ message, session, wasRenewed }: Sent, agentResponse?: AgentResponse): Output => {
  const { id, content, authorId, createdAt, metadata, attachments } = toMessageInfo(message);
  return {
    id,
    content,
    authorId,
    createdAt,
    metadata,
    ...(attachments ? { attachments } : {}),
    sessionStatus: {
      expiresAt: toIso(session.expiresAt),
      renewalCount: session.renewalCount,
      wasRenewed,
      isNearExpiration: isNearExpiration(session, message.createdAt),
    },
    ...(agentResponse ? { agentResponse } : {}),
  };
};

const announce = ({ hub, store }: ServiceContext, { message, session, wasRenewed }: Sent): void => {
  const { sessionId } = session;
  const info: MessageInfo = toMessageInfo(message);
  hub.publishMessage(sessionId, message.seq, info.createdAt, { type: "message", message: info });
  if (wasRenewed)
    hub.publishEvent(sessionId, { type: "session.renewed", session: toSessionInfo(session, store.now()) });
};
