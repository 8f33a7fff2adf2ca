import type { Message, SessionEvent } from "../../lists/records";

/** A reply in flight, as far as this page knows its text. A user's message has one reply at most. */
export interface PartialReply {
  /** Null for a reply that has neither been listed nor begun since its message arrived. */
  readonly messageId: string | null;
  readonly inReplyTo: string;
  /** Empty while the reply waits for its first piece. */
  readonly text: string;
  /** The index of the next piece, or a higher one: a piece can carry what the bus has lost before it. */
  readonly nextIndex: number;
  /** False while the node that runs the reply could not be asked for its text so far: the next piece can follow a gap. */
  readonly isTextKnown: boolean;
  /** Pieces were missed. */
  readonly hasGap: boolean;
}

type Replies = readonly PartialReply[];
type Pending = Extract<SessionEvent, { type: "session.started" }>["pendingReplies"];
type Piece = Extract<SessionEvent, { type: "message.delta" }>;

const waitingReply = (inReplyTo: string): PartialReply => ({
  messageId: null,
  inReplyTo,
  text: "",
  nextIndex: 0,
  isTextKnown: true,
  hasGap: false,
});

/** The replies in flight when a connection starts. One whose text is not known keeps what was known before. */
export const startReplies = (known: Replies, pending: Pending): Replies =>
  pending.map(({ messageId, inReplyTo, text, nextIndex }) => {
    if (text !== null && nextIndex !== null)
      return { messageId, inReplyTo, text, nextIndex, isTextKnown: true, hasGap: false };
    const before = known.find((reply) => reply.inReplyTo === inReplyTo);
    return { ...(before ?? waitingReply(inReplyTo)), messageId, isTextKnown: false };
  });

export const awaitReply = (replies: Replies, inReplyTo: string): Replies =>
  replies.some((reply) => reply.inReplyTo === inReplyTo) ? replies : [...replies, waitingReply(inReplyTo)];

/** Appends a piece to its reply, unless the reply has it already. */
export const addPiece = (replies: Replies, piece: Piece): Replies =>
  awaitReply(replies, piece.inReplyTo).map((reply) => {
    if (reply.inReplyTo !== piece.inReplyTo || piece.index < reply.nextIndex) return reply;
    return {
      messageId: piece.messageId,
      inReplyTo: reply.inReplyTo,
      text: `${reply.text}${piece.text}`,
      nextIndex: piece.index + 1,
      isTextKnown: true,
      hasGap: reply.hasGap || (!reply.isTextKnown && piece.index !== reply.nextIndex),
    };
  });

export const removeReply = (replies: Replies, inReplyTo: string): Replies =>
  replies.filter((reply) => reply.inReplyTo !== inReplyTo);

/** The replies that are not among the messages yet. */
export const notStored = (replies: Replies, messages: readonly Message[]): Replies => {
  const answered = new Set(messages.map(({ inReplyTo }) => inReplyTo));
  return replies.filter(({ inReplyTo }) => !answered.has(inReplyTo));
};
