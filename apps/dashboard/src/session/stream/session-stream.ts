import type { Message, SessionEvent, SessionInfo } from "../../lists/records";
import {
  addPiece,
  awaitReply,
  notStored,
  type PartialReply,
  removeReply,
  startReplies,
} from "./partial-replies";

/** Something in a session's life that is not a message. */
export interface Happening {
  readonly id: string;
  readonly at: string;
  readonly type: "renewed" | "updated" | "expiring" | "failed" | "stopped";
  readonly detail?: string;
}

export type SessionEnd = Pick<
  Extract<SessionEvent, { type: "session.ended" }>,
  "cause" | "reason" | "endedAt"
>;

export interface SessionStream {
  readonly session: SessionInfo | null;
  /** When the connection started. */
  readonly startedAt: string;
  /** Oldest first. */
  readonly messages: readonly Message[];
  readonly replies: readonly PartialReply[];
  /** The user's messages whose reply is known to be over without having been stored. */
  readonly unanswered: ReadonlySet<string>;
  readonly happenings: readonly Happening[];
  readonly end: SessionEnd | null;
}

export const emptyStream: SessionStream = {
  session: null,
  startedAt: "",
  messages: [],
  replies: [],
  unanswered: new Set(),
  happenings: [],
  end: null,
};

/** Adds messages that are not there yet; their times are unique in a channel. */
export const withMessages = (stream: SessionStream, added: readonly Message[]): SessionStream => {
  const known = new Set(stream.messages.map(({ id }) => id));
  const fresh = added.filter(({ id }) => !known.has(id));
  if (fresh.length === 0) return stream;
  const messages = [...stream.messages, ...fresh].sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  return { ...stream, messages, replies: notStored(stream.replies, messages) };
};

/** Removes a reply that is over and was not stored. */
export const withoutReply = (stream: SessionStream, inReplyTo: string): SessionStream => ({
  ...stream,
  replies: removeReply(stream.replies, inReplyTo),
  unanswered: new Set([...stream.unanswered, inReplyTo]),
});

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
      // What is in flight now; a reply that was cut off while we were away is not among it.
      const replies = notStored(startReplies(stream.replies, event.pendingReplies), stream.messages);
      return { ...stream, session: event.session, startedAt: event.at, replies };
    }
    case "message":
      return withMessages(withAwaitedReply(stream, event), [event.message]);
    case "message.delta":
      return isOver(stream, event.inReplyTo)
        ? stream
        : { ...stream, replies: addPiece(stream.replies, event) };
    case "message.failed":
      return withHappening(
        withoutReply(stream, event.inReplyTo),
        event,
        event.code === "REPLY_CANCELLED" ? { type: "stopped" } : { type: "failed", detail: event.code },
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

/** Whether a reply has been stored, has failed or was stopped: what still arrives of it is late. */
const isOver = (stream: SessionStream, inReplyTo: string): boolean =>
  stream.unanswered.has(inReplyTo) || stream.messages.some((message) => message.inReplyTo === inReplyTo);

/** A user's message has a reply in flight, unless it is replayed from before the connection. */
const withAwaitedReply = (
  stream: SessionStream,
  { at, message }: Extract<SessionEvent, { type: "message" }>,
): SessionStream =>
  message.isAgent || at < stream.startedAt || isOver(stream, message.id)
    ? stream
    : { ...stream, replies: awaitReply(stream.replies, message.id) };
