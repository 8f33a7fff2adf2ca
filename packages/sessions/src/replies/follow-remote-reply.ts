import type { ServiceContext } from "../context.js";
import type { SessionEvent } from "../model/session-event.js";
import { sessionEvents } from "../operations/live/session-events.js";
import type { SubscriberSink } from "../ports/index.js";
import type { Piece } from "./in-flight-reply.js";

/**
 * Gives the pieces of a reply that this node may not run, as a subscriber of its session receives them: the text so far, then
 * each delta. It gives none if the session is over. @returns a function that stops it
 */
export const followRemoteReply = (
  context: ServiceContext,
  sessionId: string,
  messageId: string,
  onPiece: (piece: Piece) => void,
): (() => void) => {
  const subscribed = sessionEvents(context, { sessionId }, createSink(messageId, onPiece), "internal");
  subscribed.catch(() => {});
  return () => {
    // A session that is over has no pieces; the caller learns from the store how the reply ended.
    subscribed.then((subscription) => subscription.leave()).catch(() => {});
  };
};

const createSink = (messageId: string, onPiece: (piece: Piece) => void): SubscriberSink => {
  const receive = (event: SessionEvent): void => {
    if (event.type === "message.delta" && event.messageId === messageId) onPiece(event);
    if (event.type !== "session.started") return;
    const { text, nextIndex } = event.pendingReplies.find((reply) => reply.messageId === messageId) ?? {};
    if (text && nextIndex) onPiece({ text, index: nextIndex - 1 });
  };
  return {
    write: ({ event }) => receive(event),
    waitingBytes: 0,
    drained: async () => {},
    end: () => {},
    drop: () => {},
    destroy: () => {},
  };
};
