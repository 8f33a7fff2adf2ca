import type { ServiceContext } from "../context.js";
import type { Message } from "../model/message.js";
import { jsonItemBytes, rowsWithinBytes } from "../paging/rows-within-bytes.js";
import type { Agent, AgentTurn } from "../ports/index.js";
import { limits } from "../schemas/index.js";
import type { InFlightReply } from "./in-flight-reply.js";

/** Longest time between two reads of the replies before this one, for an end that the bus does not report. */
const checkEveryMs = 1_000;

/**
 * Waits until the replies to the session's earlier messages have ended, on whichever node, if the agent answers one message
 * at a time.
 * @throws the reason of the reply's signal
 */
export const waitForTurn = async (
  context: ServiceContext,
  agent: Agent,
  sessionId: string,
  reply: InFlightReply,
): Promise<void> => {
  if (agent.replyOrder !== "one at a time") return;
  for (;;) {
    reply.signal.throwIfAborted();
    // Begins before the read, so that no end falls between the two.
    const change = nextChange(context, sessionId, reply.signal);
    try {
      const pending = await context.store.readPendingReplies(sessionId);
      if (pending.findIndex(({ messageId }) => messageId === reply.messageId) <= 0) break;
      await change.happened;
    } finally {
      change.stop();
    }
  }
  reply.signal.throwIfAborted();
};

/** `happened` resolves when a reply of the session ends, when the signal fires, and after 1 s. */
const nextChange = (
  { hub, clock }: ServiceContext,
  sessionId: string,
  signal: AbortSignal,
): { readonly happened: Promise<void>; stop(): void } => {
  let stop = () => {};
  const happened = new Promise<void>((resolve) => {
    const done = () => resolve();
    const timer = clock.setTimeout(done, checkEveryMs);
    const leave = hub.onReplyEnd(sessionId, done);
    signal.addEventListener("abort", done, { once: true });
    stop = () => {
      timer.cancel();
      leave();
      signal.removeEventListener("abort", done);
    };
  });
  return { happened, stop: () => stop() };
};

/** The history that the agent receives with a message, bounded in messages and in bytes. */
export const conversationBefore = async (
  { store }: ServiceContext,
  { historyLimit, replyOrder }: Agent,
  message: Message,
): Promise<AgentTurn["history"]> => {
  if (historyLimit === 0) return [];
  const { channelId, seq } = message;
  const { pageBytes, inFlightReplies } = limits;
  const earlier = await store.readHistory(channelId, seq, historyLimit, pageBytes);
  if (replyOrder !== "one at a time") return earlier;
  const later = await store.readMessagesAfter(channelId, seq, 2 * inFlightReplies, pageBytes);
  const newestFirst = withLaterReplies(earlier, later).slice(-historyLimit).reverse();
  return [...rowsWithinBytes(newestFirst, pageBytes, jsonItemBytes)].reverse();
};

/** Puts the replies that were stored later behind the messages that they answer. */
const withLaterReplies = (earlier: readonly Message[], later: readonly Message[]): readonly Message[] =>
  earlier.flatMap((message) => [message, ...later.filter(({ inReplyTo }) => inReplyTo === message.id)]);
