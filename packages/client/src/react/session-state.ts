import type { SessionError } from "../session-error.js";
import type { Ending, Message, SessionEvent } from "../shapes.js";
import { type PartialReply, withDelta, withPending } from "./partial-replies.js";

/** `connecting`: what is shown may be out of date. */
export type SessionStatus = "connecting" | "active" | "ended";

/** A message of the session. `isWriting`: a reply whose text is still growing; it is not stored yet. */
export type SessionMessage = Message & { readonly isWriting: boolean };

/** How the session ended. */
export type SessionEnding = Pick<Ending, "cause" | "reason" | "endedAt">;

export interface SessionState {
  readonly status: SessionStatus;
  /** Null until the session has ended, and afterwards where it can't be had. */
  readonly ending: SessionEnding | null;
  /** Why there is no connection and none can be made, or the last send, cancel or end failed. */
  readonly error: SessionError | null;
  /** The author of the replies; empty until the first connection. */
  readonly agentId: string;
  /** Oldest first. */
  readonly stored: readonly Message[];
  readonly partialReplies: readonly PartialReply[];
  /** The channel has messages before the first stored one. */
  readonly hasEarlier: boolean;
}

/** Messages that follow one another, as the server answers: `hasMore` says whether there are older ones. */
export interface MessagePage {
  readonly messages: readonly Message[];
  readonly hasMore: boolean;
}

export const initialState: SessionState = {
  status: "connecting",
  ending: null,
  error: null,
  agentId: "",
  stored: [],
  partialReplies: [],
  hasEarlier: false,
};

/** With these messages among the stored ones, each once and in order. */
export const withMessages = (state: SessionState, messages: readonly Message[]): SessionState => {
  const byId = new Map([...state.stored, ...messages].map((message) => [message.id, message]));
  const stored = [...byId.values()].sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
  return {
    ...state,
    stored,
    partialReplies: state.partialReplies.filter(({ messageId }) => !byId.has(messageId)),
  };
};

/** With the messages that were there when the connection was made: what is shown is complete. */
export const withHistory = (state: SessionState, { messages, hasMore }: MessagePage): SessionState => {
  const loaded = withMessages(state, messages);
  if (loaded.status === "ended") return loaded;
  const first = loaded.stored[0];
  // After a reconnect, earlier pages may be there already.
  const isFirstPage = messages.some(({ id }) => id === first?.id);
  return { ...loaded, status: "active", hasEarlier: isFirstPage ? hasMore : loaded.hasEarlier };
};

/** With the page before the first stored message. */
export const withEarlier = (state: SessionState, { messages, hasMore }: MessagePage): SessionState => ({
  ...withMessages(state, messages),
  hasEarlier: hasMore && state.status !== "ended",
});

export const withEnding = (state: SessionState, ending: SessionEnding | null): SessionState => ({
  ...state,
  status: "ended",
  ending,
  // Nothing is stored after the end, and the session answers no more calls.
  partialReplies: [],
  hasEarlier: false,
});

export const withEvent = (state: SessionState, event: SessionEvent): SessionState => {
  switch (event.type) {
    case "session.started":
      return {
        ...state,
        agentId: event.session.agentId,
        partialReplies: withPending(state.partialReplies, event),
      };
    case "message":
      return withMessages(state, [event.message]);
    case "message.delta":
      return { ...state, partialReplies: withDelta(state.partialReplies, event) };
    case "message.failed":
      return {
        ...state,
        partialReplies: state.partialReplies.filter(({ inReplyTo }) => inReplyTo !== event.inReplyTo),
      };
    case "session.ended": {
      const { cause, reason, endedAt } = event;
      return withEnding(state, { cause, reason, endedAt });
    }
    default:
      return state;
  }
};

/** The stored messages, and behind them those that are being written, from their first text on. */
export const shownMessages = ({ stored, partialReplies, agentId }: SessionState): SessionMessage[] => [
  ...stored.map((message) => ({ ...message, isWriting: false })),
  ...partialReplies
    .filter(({ text }) => text !== "")
    .map(({ messageId, inReplyTo, text, startedAt }) => ({
      id: messageId,
      content: text,
      authorId: agentId,
      isAgent: true,
      inReplyTo,
      createdAt: startedAt,
      metadata: {},
      isWriting: true,
    })),
];
