import type { Message, SessionEvent } from "@adjourn/client";
import { printable, printableLines } from "./printable.js";

type Started = Extract<SessionEvent, { type: "session.started" }>;

/** Describes events for a person. The pieces of a reply continue one line, which any other event ends. */
export const describeEvent = () => {
  let openReply: string | null = null;
  /** Replies whose text so far could not be had. Their pieces do not make the whole message. */
  const incomplete = new Set<string>();
  const continueReply = (messageId: string, text: string): string => {
    const isOpen = openReply === messageId;
    const lead = isOpen ? "" : `${openReply === null ? "" : "\n"}agent: `;
    openReply = messageId;
    return lead + printableLines(text);
  };
  const describePending = ({ messageId, text }: Started["pendingReplies"][number]): string => {
    if (text === null) incomplete.add(messageId);
    return text ? continueReply(messageId, text) : "";
  };
  return (event: SessionEvent): string => {
    if (event.type === "message.delta") return continueReply(event.messageId, event.text);
    const lead = openReply === null ? "" : "\n";
    const written = openReply;
    openReply = null;
    if (event.type === "message" && event.message.id === written && !incomplete.has(written))
      return `${cutNote(event.message)}\n`;
    const line = `${lead}${sentence(event)}\n`;
    return event.type === "session.started"
      ? line + event.pendingReplies.map(describePending).join("")
      : line;
  };
};

const sentence = (event: Exclude<SessionEvent, { type: "message.delta" }>): string => {
  switch (event.type) {
    case "session.started":
      return `listening; runs until ${event.session.expiresAt}`;
    case "message":
      return `${event.message.isAgent ? "agent" : "user"}: ${printableLines(event.message.content)}${cutNote(event.message)}`;
    case "message.failed":
      return event.code === "REPLY_CANCELLED"
        ? "a reply was cancelled; nothing is stored"
        : `a reply failed: ${event.code}`;
    case "session.renewed":
      return `renewed until ${event.session.expiresAt}`;
    case "session.updated":
      return `timeouts changed; runs until ${event.session.expiresAt}`;
    case "session.expiring":
      return `about to expire, at ${event.session.expiresAt}`;
    case "session.ended":
      return `ended (${event.cause})${event.reason === null ? "" : `: ${printable(event.reason)}`}`;
  }
};

/** Why a stored reply is shorter than the agent meant it. */
const cutNote = ({ finishReason }: Message): string => {
  switch (finishReason) {
    case "length":
      return " (cut at the model's token limit)";
    case "content_filter":
      return " (cut by a content filter)";
    case "cancelled":
      return " (cancelled)";
    default:
      return "";
  }
};
