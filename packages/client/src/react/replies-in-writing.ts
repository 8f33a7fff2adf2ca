import type { SessionEvent } from "../shapes.js";

/** A reply under way, as far as its text has come. */
export interface ReplyInWriting {
  readonly messageId: string;
  readonly inReplyTo: string;
  readonly text: string;
  /** The number of the next piece; null where the beginning could not be had. */
  readonly nextIndex: number | null;
  /** When this client first received a piece of it. */
  readonly startedAt: string;
}

type Started = Extract<SessionEvent, { type: "session.started" }>;
type Delta = Extract<SessionEvent, { type: "message.delta" }>;

/** Those that the server says are under way: of any other the end was missed. */
export const withPending = (writing: readonly ReplyInWriting[], { pendingReplies, at }: Started) =>
  pendingReplies.map(({ text, ...reply }): ReplyInWriting => {
    const known = writing.find(({ messageId }) => messageId === reply.messageId);
    return { ...reply, text: text ?? known?.text ?? "", startedAt: known?.startedAt ?? at };
  });

export const withDelta = (
  writing: readonly ReplyInWriting[],
  { messageId, inReplyTo, index, text, at }: Delta,
): readonly ReplyInWriting[] => {
  const known = writing.find((reply) => reply.messageId === messageId);
  if (!known) return [...writing, { messageId, inReplyTo, text, nextIndex: index + 1, startedAt: at }];
  if (known.nextIndex !== null && index < known.nextIndex) return writing;
  const grown = { ...known, text: known.text + text, nextIndex: index + 1 };
  return writing.map((reply) => (reply === known ? grown : reply));
};
