import type { SessionEvent } from "../shapes.js";

/** A reply in flight, with its text so far. */
export interface PartialReply {
  readonly messageId: string;
  readonly inReplyTo: string;
  readonly text: string;
  /** The number of the next piece; null if the beginning is not known. */
  readonly nextIndex: number | null;
  /** When this client first received a piece of it. */
  readonly startedAt: string;
}

type Started = Extract<SessionEvent, { type: "session.started" }>;
type Delta = Extract<SessionEvent, { type: "message.delta" }>;

/** The replies that the server says are in flight. The end of any other was missed. */
export const withPending = (replies: readonly PartialReply[], { pendingReplies, at }: Started) =>
  pendingReplies.map(({ text, ...reply }): PartialReply => {
    const known = replies.find(({ messageId }) => messageId === reply.messageId);
    return { ...reply, text: text ?? known?.text ?? "", startedAt: known?.startedAt ?? at };
  });

export const withDelta = (
  replies: readonly PartialReply[],
  { messageId, inReplyTo, index, text, at }: Delta,
): readonly PartialReply[] => {
  const known = replies.find((reply) => reply.messageId === messageId);
  if (!known) return [...replies, { messageId, inReplyTo, text, nextIndex: index + 1, startedAt: at }];
  if (known.nextIndex !== null && index < known.nextIndex) return replies;
  const grown = { ...known, text: known.text + text, nextIndex: index + 1 };
  return replies.map((reply) => (reply === known ? grown : reply));
};
