import type { Gone } from "../model/ending.js";
import type { Message } from "../model/message.js";
import type { FinishReason, PartialText, ReplyFailure, Usage } from "../model/reply.js";
import type { Session } from "../model/session.js";

export interface GoneOutcome {
  readonly outcome: "gone";
  readonly gone: Gone;
}

/** A reply in flight, as all nodes see it. It lapses if its node does not renew it for `replyLeaseMs`. */
export interface ReplyRecord {
  readonly messageId: string;
  readonly inReplyTo: string;
  readonly nodeId: string;
  /** Set once the reply is cancelled. */
  readonly cancelled: PartialText | null;
}

/** A reply as its agent wrote it. */
export interface ReplyDraft {
  readonly messageId: string;
  readonly sessionId: string;
  readonly inReplyTo: string;
  readonly content: string;
  readonly finishReason: FinishReason;
  readonly usage: Usage | null;
}

export type AppendReplyOutcome =
  /** A reply that was cancelled with `keep` is stored with the finish reason `cancelled`, whatever the draft says. */
  | { readonly outcome: "stored"; readonly message: Message; readonly session: Session }
  /** Cancelled with `discard`: nothing is stored. The reply stays in flight until `failReply`. */
  | { readonly outcome: "discarded" }
  /** The reply is not in flight any more, because it lapsed and another node gave it up. */
  | { readonly outcome: "not_pending" }
  | GoneOutcome;

export interface CancelRequest {
  readonly sessionId: string;
  /** The id of the reply, or of the user's message that it answers. */
  readonly messageId: string;
  readonly partial: PartialText;
}

export type CancelOutcome =
  | { readonly outcome: "cancelled"; readonly reply: ReplyRecord }
  /** No such reply is in flight, or it is cancelled already. */
  | { readonly outcome: "not_pending" }
  | GoneOutcome;

/** `lapsed`: on a node that has stopped renewing it. `unknown`: failed, of a session that is over, or never begun. */
export type ReplyState =
  | { readonly state: "pending" | "lapsed" | "unknown" }
  | { readonly state: "stored"; readonly message: Message };

/** The part of the session store that keeps the replies in flight. */
export interface ReplyStore {
  /** Stores a reply that is in flight if its session is live, and takes it out of flight. */
  appendReply(draft: ReplyDraft): Promise<AppendReplyOutcome>;
  /**
   * Takes a reply out of flight without storing it. Keeps the failure for retries of a send with a key.
   * @returns false if the reply is not in flight any more
   */
  failReply(reply: { sessionId: string; messageId: string; failure: ReplyFailure }): Promise<boolean>;
  /** Marks a reply as cancelled; of concurrent calls, one succeeds. */
  cancelReply(request: CancelRequest): Promise<CancelOutcome>;
  /** Renews the replies that are still in flight, and returns those with their marks. */
  renewReplies(
    replies: readonly Pick<ReplyDraft, "sessionId" | "messageId">[],
  ): Promise<ReadonlyMap<string, PartialText | null>>;
  /** The replies in flight that have not lapsed, in the order of the messages that they answer. */
  readPendingReplies(sessionId: string): Promise<readonly ReplyRecord[]>;
  readReply(sessionId: string, messageId: string): Promise<ReplyState>;
  /** Deletes at most `limit` replies that lapsed before `cutoff` (ms). @returns how many */
  deleteRepliesBefore(cutoff: number, limit: number): Promise<number>;
}
