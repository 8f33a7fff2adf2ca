import type { Held, PendingReply } from "@adjourn/sessions";

export const formatHeld = ({ listeners, replies }: Held): string => JSON.stringify({ listeners, replies });

/** Null for what no node writes. */
export const parseHeld = (json: unknown): Held | null => {
  if (typeof json !== "string") return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null || !("listeners" in parsed) || !("replies" in parsed))
    return null;
  const { listeners, replies } = parsed;
  if (typeof listeners !== "number" || !Array.isArray(replies) || !replies.every(isReply)) return null;
  return { listeners, replies };
};

const isReply = (value: unknown): value is PendingReply =>
  typeof value === "object" &&
  value !== null &&
  "messageId" in value &&
  typeof value.messageId === "string" &&
  "inReplyTo" in value &&
  typeof value.inReplyTo === "string";

/** What several nodes hold of one session, together. */
export const addHeld = (one: Held | undefined, other: Held): Held => ({
  listeners: (one?.listeners ?? 0) + other.listeners,
  replies: [...(one?.replies ?? []), ...other.replies],
});
