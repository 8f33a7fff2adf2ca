import type { EndingCause } from "./ending.js";
import type { ErrorCode } from "./errors.js";
import type { MessageInfo } from "./message.js";
import type { SessionInfo } from "./session.js";

/**
 * A reply in flight. `text` is its text so far, up to the delta `nextIndex`, which the subscriber receives next. Both are
 * null if the node that runs the reply did not answer.
 */
export interface PendingReply {
  /** The id of the message that the reply will become. */
  readonly messageId: string;
  readonly inReplyTo: string;
  readonly text: string | null;
  readonly nextIndex: number | null;
}

/** An event before a node gives it an id. */
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
      /** 0, 1, 2 … within the reply. */
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

/** An event as subscribers receive it. `id` is opaque and unique in its session; it resumes after every earlier message. */
export type SessionEvent = {
  readonly id: string;
  readonly type: SessionEventBody["type"];
  readonly sessionId: string;
  readonly at: string;
} & SessionEventBody;

/** An event id holds the session and the cursor. `unique` distinguishes events with the same cursor. */
export const formatEventId = (sessionId: string, seq: number, unique: string): string =>
  `${sessionId}.${seq}.${unique}`;

/** @returns the seq after which an id resumes; null if it is malformed or of another session */
export const parseEventId = (sessionId: string, id: string): number | null => {
  if (!id.startsWith(`${sessionId}.`)) return null;
  const match = /^(0|[1-9]\d{0,14})\.(?:m|[0-9a-f]{8}-[0-9a-z]{1,12})$/.exec(id.slice(sessionId.length + 1));
  return match?.[1] === undefined ? null : Number(match[1]);
};
