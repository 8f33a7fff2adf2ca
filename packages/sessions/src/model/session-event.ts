import type { EndingCause } from "./ending.js";
import type { ErrorCode } from "./errors.js";
import type { MessageInfo } from "./message.js";
import type { SessionInfo } from "./session.js";

/** A reply under way: the id its message will have, and the message it answers. */
export interface PendingReply {
  readonly messageId: string;
  readonly inReplyTo: string;
}

/** What happened, before a node gives it an id. `at` is ISO 8601 in UTC. */
export type SessionEventBody =
  | {
      readonly type: "session.started";
      readonly session: SessionInfo;
      readonly pendingReplies: readonly PendingReply[];
    }
  | { readonly type: "message"; readonly message: MessageInfo }
  | {
      readonly type: "message.delta";
      readonly messageId: string;
      readonly inReplyTo: string;
      /** Counts 0, 1, 2 … within the reply. */
      readonly index: number;
      readonly text: string;
    }
  | { readonly type: "message.failed"; readonly inReplyTo: string; readonly code: ErrorCode }
  | { readonly type: "session.renewed"; readonly session: SessionInfo }
  | { readonly type: "session.updated"; readonly session: SessionInfo }
  | { readonly type: "session.expiring"; readonly session: SessionInfo }
  | {
      readonly type: "session.ended";
      readonly cause: EndingCause;
      readonly reason: string | null;
      readonly endedAt: string;
    };

/** What a listener hears. `id` is opaque, unique in its session, and resumes behind every message sent before it. */
export type SessionEvent = {
  readonly id: string;
  readonly type: SessionEventBody["type"];
  readonly sessionId: string;
  readonly at: string;
} & SessionEventBody;

/** An id says which session it is of and which seq was reached; `unique` tells apart those that reached the same. */
export const formatEventId = (sessionId: string, seq: number, unique: string): string =>
  `${sessionId}.${seq}.${unique}`;

/** The seq that an id resumes behind; null where it is malformed or another session's. */
export const parseEventId = (sessionId: string, id: string): number | null => {
  if (!id.startsWith(`${sessionId}.`)) return null;
  const match = /^(0|[1-9]\d{0,14})\.[\w-]{1,32}$/.exec(id.slice(sessionId.length + 1));
  return match?.[1] === undefined ? null : Number(match[1]);
};
