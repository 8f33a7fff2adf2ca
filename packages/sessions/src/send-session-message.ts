import type { Domain } from "./domain.js";
import { type Message, type MessageInfo, toMessageInfo } from "./message.js";
import type { Operation } from "./operation.js";
import { refuseOver } from "./over.js";
import { PushQueue } from "./push-queue.js";
import { requireRoomForReply } from "./replies-under-way.js";
import { runReply } from "./run-reply.js";
import type { Inputs, Outputs } from "./schemas.js";
import { isNearExpiration, type Session, toIso, toSessionInfo } from "./session.js";
import type { AgentResponse, Chunk, ReplyStream } from "./sessions.js";
import { withoutIds } from "./without-ids.js";

type Input = Inputs["sendSessionMessage"];
type Output = Outputs["sendSessionMessage"];

interface Begun {
  readonly answer: Output;
  readonly session: Session;
  readonly message: Message;
  readonly operation: Operation;
}

/**
 * Stores the user's message and starts the agent's reply. With transport `http` it waits for the reply.
 * @throws SessionError `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `RATE_LIMITED`; while waiting also `SESSION_ENDED`,
 * `AGENT_FAILED`, `AGENT_TIMEOUT`
 */
export const sendSessionMessage = async (domain: Domain, input: Input): Promise<Output> => {
  const begun = await begin(domain, input);
  const reply = run(domain, begun, () => {});
  if (input.transport === "websocket") {
    reply.catch(() => {});
    return begun.answer;
  }
  return { ...begun.answer, agentResponse: toAgentResponse(await reply) };
};

/** Transport `sse`: the same, with the reply in pieces. */
export const streamSessionMessage = async (domain: Domain, input: Input): Promise<ReplyStream> => {
  const begun = await begin(domain, input);
  const { messageId } = begun.operation;
  const chunks = new PushQueue<Chunk>();
  const onChunk = (chunk: string, index: number) => chunks.push({ messageId, chunk, index });
  const reply = run(domain, begun, onChunk).then(toAgentResponse);
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

const begin = async (domain: Domain, input: Input): Promise<Begun> => {
  const { sessionId } = input;
  const messageId = domain.newId();
  const entry = domain.hub.enter(sessionId);
  let operation: Operation | undefined;
  try {
    operation = entry.begin(domain.newId(), messageId);
    await requireRoomForReply(domain, sessionId, entry.sizes.operations);
    const stored = await domain.store.appendMessage({
      id: messageId,
      sessionId,
      isAgent: false,
      inReplyTo: null,
      content: input.content,
      metadata: withoutIds(input.metadata ?? {}),
      attachments: input.attachments ?? null,
    });
    if (stored.outcome === "over") throw refuseOver(domain, sessionId, stored.over);
    operation.start();
    return { ...announce(domain, stored.message, stored.session, stored.wasRenewed), operation };
  } catch (cause) {
    operation?.finish();
    domain.hub.leaveIfEmpty(entry);
    throw cause;
  }
};

const announce = (
  { hub, store }: Domain,
  message: Message,
  session: Session,
  wasRenewed: boolean,
): Omit<Begun, "operation"> => {
  const now = store.now();
  const info: MessageInfo = toMessageInfo(message);
  hub.message(session.sessionId, message.seq, info.createdAt, { type: "message", message: info });
  if (wasRenewed)
    hub.event(session.sessionId, { type: "session.renewed", session: toSessionInfo(session, now) });
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
  domain: Domain,
  { session, message, operation }: Begun,
  onChunk: (text: string, index: number) => void,
): Promise<Message> => {
  const { messageId, inReplyTo } = operation;
  return runReply(domain, session, message, operation, (text, index) => {
    onChunk(text, index);
    domain.hub.event(session.sessionId, { type: "message.delta", messageId, inReplyTo, index, text });
  });
};
