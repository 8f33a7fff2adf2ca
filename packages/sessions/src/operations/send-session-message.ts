import { AsyncQueue } from "../async/async-queue.js";
import type { ServiceContext } from "../context.js";
import { type Message, type MessageInfo, toMessageInfo } from "../model/message.js";
import { withoutIds } from "../model/metadata-ids.js";
import { isNearExpiration, type Session, toIso, toSessionInfo } from "../model/session.js";
import type { InFlightReply } from "../replies/in-flight-reply.js";
import { requireReplySlot } from "../replies/reply-limit.js";
import { runReply } from "../replies/run-reply.js";
import type { Inputs, Outputs } from "../schemas/index.js";
import type { AgentResponse, Chunk, ReplyStream } from "../session-service.js";
import { refuseGone } from "./gone.js";

type Input = Inputs["sendSessionMessage"];
type Output = Outputs["sendSessionMessage"];

interface Begun {
  readonly answer: Output;
  readonly session: Session;
  readonly message: Message;
  readonly reply: InFlightReply;
}

/**
 * Stores the user's message and starts the agent's reply. With the transport `http` it waits for the reply.
 * @throws SessionError `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `RATE_LIMITED`; with `http` also `SESSION_ENDED`,
 * `AGENT_FAILED`, `AGENT_TIMEOUT`
 */
export const sendSessionMessage = async (context: ServiceContext, input: Input): Promise<Output> => {
  const begun = await begin(context, input);
  const reply = run(context, begun, () => {});
  if (input.transport === "websocket") {
    reply.catch(() => {});
    return begun.answer;
  }
  return { ...begun.answer, agentResponse: toAgentResponse(await reply) };
};

/** Like {@link sendSessionMessage}, for the transport `sse`: the reply is streamed. */
export const streamSessionMessage = async (context: ServiceContext, input: Input): Promise<ReplyStream> => {
  const begun = await begin(context, input);
  const { messageId } = begun.reply;
  const chunks = new AsyncQueue<Chunk>();
  const onChunk = (chunk: string, index: number) => chunks.push({ messageId, chunk, index });
  const reply = run(context, begun, onChunk).then(toAgentResponse);
  reply.then(
    () => chunks.close(null),
    (error: Error) => chunks.close(error),
  );
  return { userMessage: toMessageInfo(begun.message), chunks: chunks.read(), reply };
};

const toAgentResponse = (reply: Message): AgentResponse => {
  const { attachments: _, ...info } = toMessageInfo(reply);
  return { ...info, text: info.content };
};

const begin = async (context: ServiceContext, input: Input): Promise<Begun> => {
  const { sessionId } = input;
  const messageId = context.newId();
  const channel = context.hub.openChannel(sessionId);
  let reply: InFlightReply | undefined;
  try {
    reply = channel.beginReply(context.newId(), messageId);
    await requireReplySlot(context, sessionId, channel.sizes.operations);
    const stored = await context.store.appendMessage({
      id: messageId,
      sessionId,
      isAgent: false,
      inReplyTo: null,
      content: input.content,
      metadata: withoutIds(input.metadata ?? {}),
      attachments: input.attachments ?? null,
    });
    if (stored.outcome === "gone") throw refuseGone(context, sessionId, stored.gone);
    reply.start();
    return { ...announce(context, stored.message, stored.session, stored.wasRenewed), reply };
  } catch (cause) {
    reply?.finish();
    context.hub.closeIfEmpty(channel);
    throw cause;
  }
};

const announce = (
  { hub, store }: ServiceContext,
  message: Message,
  session: Session,
  wasRenewed: boolean,
): Omit<Begun, "reply"> => {
  const now = store.now();
  const info: MessageInfo = toMessageInfo(message);
  hub.publishMessage(session.sessionId, message.seq, info.createdAt, { type: "message", message: info });
  if (wasRenewed)
    hub.publishEvent(session.sessionId, { type: "session.renewed", session: toSessionInfo(session, now) });
  const answer: Output = {
    id: info.id,
    content: info.content,
    authorId: info.authorId,
    createdAt: info.createdAt,
    metadata: info.metadata,
    ...(info.attachments ? { attachments: info.attachments } : {}),
    sessionStatus: {
      expiresAt: toIso(session.expiresAt),
      renewalCount: session.renewalCount,
      wasRenewed,
      isNearExpiration: isNearExpiration(session, now),
    },
  };
  return { answer, session, message };
};

const run = (
  context: ServiceContext,
  { session, message, reply }: Begun,
  onChunk: (text: string, index: number) => void,
): Promise<Message> => {
  const { messageId, inReplyTo } = reply;
  return runReply(context, session, message, reply, (text, index) => {
    onChunk(text, index);
    context.hub.publishEvent(session.sessionId, { type: "message.delta", messageId, inReplyTo, index, text });
  });
};
