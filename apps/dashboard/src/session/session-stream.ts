import type { Message, SessionEvent, SessionInfo } from "../lists/records";

/** A reply as it is being written. */
export interface PartialReply {
  readonly messageId: string;
  readonly inReplyTo: string;
  readonly text: string;
  /** The index that the next piece should have. */
  readonly nextIndex: number;
  /** Pieces were missed: this page came late, or was cut off for a while. */
  readonly hasGap: boolean;
}

/** Something in a session's life that is not a message. */
export interface Happening {
  readonly id: string;
  readonly at: string;
  readonly type: "renewed" | "updated" | "expiring" | "failed";
  readonly detail?: string;
}

export type SessionEnd = Pick<
  Extract<SessionEvent, { type: "session.ended" }>,
  "cause" | "reason" | "endedAt"
>;

export interface SessionStream {
  readonly session: SessionInfo | null;
  /** Oldest first. */
  readonly messages: readonly Message[];
  readonly replies: readonly PartialReply[];
  readonly happenings: readonly Happening[];
  readonly end: SessionEnd | null;
}

export const emptyStream: SessionStream = {
  session: null,
  messages: [],
  replies: [],
  happenings: [],
  end: null,
};

/** Adds messages that are not there yet; their times are unique in a channel. */
export const withMessages = (stream: SessionStream, added: readonly Message[]): SessionStream => {
  const known = new Set(stream.messages.map(({ id }) => id));
  const fresh = added.filter(({ id }) => !known.has(id));
  if (fresh.length === 0) return stream;
  const messages = [...stream.messages, ...fresh].sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  const stored = new Set(messages.map(({ id }) => id));
  return { ...stream, messages, replies: stream.replies.filter(({ messageId }) => !stored.has(messageId)) };
};

const withHappening = (
  stream: SessionStream,
  event: SessionEvent,
  happening: Omit<Happening, "id" | "at">,
) => ({
  ...stream,
  happenings: [...stream.happenings, { id: event.id, at: event.at, ...happening }],
});

export const withEvent = (stream: SessionStream, event: SessionEvent): SessionStream => {
  switch (event.type) {
    case "session.started": {
      // What is under way now; a reply that was cut off while we were away is not among it.
      const replies = event.pendingReplies.map(
        ({ messageId, inReplyTo }) =>
          stream.replies.find((reply) => reply.messageId === messageId) ?? {
            messageId,
            inReplyTo,
            text: "",
            nextIndex: 0,
            hasGap: false,
          },
      );
      return { ...stream, session: event.session, replies };
    }
    case "message":
      return withMessages(stream, [event.message]);
    case "message.delta":
      return withPiece(stream, event);
    case "message.failed":
      return withHappening(
        { ...stream, replies: stream.replies.filter(({ inReplyTo }) => inReplyTo !== event.inReplyTo) },
        event,
        { type: "failed", detail: event.code },
      );
    case "session.renewed":
      return withHappening({ ...stream, session: event.session }, event, { type: "renewed" });
    case "session.updated":
      return withHappening({ ...stream, session: event.session }, event, { type: "updated" });
    case "session.expiring":
      return withHappening({ ...stream, session: event.session }, event, { type: "expiring" });
    case "session.ended": {
      const { cause, reason, endedAt } = event;
      // What was written so far stays in sight, though nobody keeps it.
      const replies = stream.replies.filter(({ text }) => text !== "");
      return { ...stream, replies, end: { cause, reason, endedAt } };
    }
  }
};

const withPiece = (
  stream: SessionStream,
  { messageId, inReplyTo, index, text }: Extract<SessionEvent, { type: "message.delta" }>,
): SessionStream => {
  if (stream.messages.some(({ id }) => id === messageId)) return stream;
  const reply = stream.replies.find((one) => one.messageId === messageId);
  if (reply && index < reply.nextIndex) return stream;
  const next: PartialReply = {
    messageId,
    inReplyTo,
    text: `${reply?.text ?? ""}${text}`,
    nextIndex: index + 1,
    hasGap: (reply?.hasGap ?? false) || index !== (reply?.nextIndex ?? 0),
  };
  return {
    ...stream,
    replies: [...stream.replies.filter((one) => one.messageId !== messageId), next],
  };
};
