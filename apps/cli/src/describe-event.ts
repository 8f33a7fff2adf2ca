import type { SessionEvent } from "@adjourn/client";
import { printable, printableLines } from "./printable.js";

/** Describes events for a person. The pieces of a reply continue one line, which any other event ends. */
export const describeEvent = () => {
  let openReply: string | null = null;
  return (event: SessionEvent): string => {
    if (event.type === "message.delta") {
      const isOpen = openReply === event.messageId;
      const lead = isOpen ? "" : `${openReply === null ? "" : "\n"}agent: `;
      openReply = event.messageId;
      return lead + printableLines(event.text);
    }
    const wasWritten = event.type === "message" && event.message.id === openReply;
    const lead = openReply === null ? "" : "\n";
    openReply = null;
    return wasWritten ? lead : `${lead}${sentence(event)}\n`;
  };
};

const sentence = (event: Exclude<SessionEvent, { type: "message.delta" }>): string => {
  switch (event.type) {
    case "session.started":
      return `listening; runs until ${event.session.expiresAt}`;
    case "message":
      return `${event.message.isAgent ? "agent" : "user"}: ${printableLines(event.message.content)}`;
    case "message.failed":
      return `a reply failed: ${event.code}`;
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
