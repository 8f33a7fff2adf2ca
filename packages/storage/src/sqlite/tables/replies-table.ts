import {
  type AppendReplyOutcome,
  type CancelOutcome,
  type CancelRequest,
  limits,
  type Message,
  type MessageDraft,
  type PartialText,
  type ReplyDraft,
  type ReplyFailure,
  type ReplyRecord,
  type ReplyState,
  replyLeaseMs,
} from "@adjourn/sessions";
import { type ReplyColumns, type SessionColumns, toReplyRecord, toSession } from "../../rows/session-rows.js";
import { addUsage } from "../../sql/reply-rules.js";
import type { SqliteConnection } from "../connection/connection.js";
import { keepFailure } from "../writing/sent-messages.js";
import { insertMessage, nextPlace, readMessage } from "./messages-table.js";
import { isLive, readGone, readLive, sessionColumns } from "./sessions-table.js";
import { enqueueDeliveries, hasWatches } from "./webhook-outbox.js";

const ofReply = "session_id = :sessionId AND message_id = :messageId";
const returned = "message_id, in_reply_to, node_id, cancelled";

/** Whether another reply of the session may begin; for a statement on the session's row. */
export const mayBeginReply = `(SELECT count(*) FROM replies
    WHERE replies.session_id = sessions.session_id AND held_until > :now) < ${limits.inFlightReplies}`;

const statements = {
  begin: `INSERT INTO replies (session_id, message_id, in_reply_to, seq, node_id, idempotency_key, held_until)
    VALUES (:sessionId, :messageId, :inReplyTo, :seq, :nodeId, :idempotencyKey, :heldUntil)`,
  read: `SELECT cancelled, held_until FROM replies WHERE ${ofReply}`,
  take: `DELETE FROM replies WHERE ${ofReply} RETURNING idempotency_key, in_reply_to, cancelled`,
  /** Takes the next seq and time from the row of a live session; so a reply after the end is not stored. */
  takePlace: `UPDATE sessions SET ${nextPlace}, ${addUsage}, was_renewed = 0
    WHERE ${isLive} AND EXISTS (SELECT 1 FROM replies WHERE ${ofReply} AND cancelled IS NOT 'discard')
    RETURNING ${sessionColumns}`,
  cancel: `UPDATE replies SET cancelled = :partial
    WHERE session_id = :sessionId AND (message_id = :messageId OR in_reply_to = :messageId)
      AND cancelled IS NULL AND held_until > :now
    RETURNING ${returned}`,
  renew: `UPDATE replies SET held_until = :heldUntil FROM json_each(:replies)
    WHERE session_id = value ->> 'sessionId' AND message_id = value ->> 'messageId'
    RETURNING message_id, cancelled`,
  pending: `SELECT ${returned} FROM replies WHERE session_id = :sessionId AND held_until > :now ORDER BY seq`,
  deleteLapsed: `DELETE FROM replies WHERE (session_id, seq) IN (
      SELECT session_id, seq FROM replies WHERE held_until < :cutoff LIMIT :limit)`,
} as const;

/** Within a transaction, like all that follow that write. */
export const beginReply = (
  connection: SqliteConnection,
  { id: inReplyTo, seq }: Message,
  { sessionId, reply, idempotency }: MessageDraft,
  now: number,
): void => {
  const heldUntil = now + replyLeaseMs;
  const idempotencyKey = idempotency?.key ?? null;
  connection.run(statements.begin, { sessionId, ...reply, inReplyTo, seq, idempotencyKey, heldUntil });
};

export const appendReply = (
  connection: SqliteConnection,
  { sessionId, messageId, content, inReplyTo, finishReason, usage }: ReplyDraft,
  now: number,
): AppendReplyOutcome => {
  const ids = { sessionId, messageId };
  const place = connection.get<SessionColumns>(statements.takePlace, {
    sessionId,
    messageId,
    now,
    inputTokens: usage?.inputTokens ?? null,
    outputTokens: usage?.outputTokens ?? null,
  });
  if (!place) return whyRefused(connection, sessionId, messageId, now);
  const reply = connection.get<{ cancelled: PartialText | null }>(statements.take, ids);
  const message = insertMessage(connection, place, {
    id: messageId,
    isAgent: true,
    inReplyTo,
    content,
    metadata: {},
    attachments: null,
    finishReason: reply?.cancelled ? "cancelled" : finishReason,
    usage,
  });
  return { outcome: "stored", message, session: toSession(place) };
};

const whyRefused = (
  connection: SqliteConnection,
  sessionId: string,
  messageId: string,
  now: number,
): AppendReplyOutcome => {
  const row = connection.get<{ cancelled: PartialText | null }>(statements.read, { sessionId, messageId });
  if (row?.cancelled === "discard") return { outcome: "discarded" };
  if (!row && readLive(connection, sessionId, now)) return { outcome: "not_pending" };
  return readGone(connection, sessionId);
};

export const failReply = (
  connection: SqliteConnection,
  { sessionId, messageId, failure }: { sessionId: string; messageId: string; failure: ReplyFailure },
  now: number,
): boolean => {
  const taken = connection.get<{ idempotency_key: string | null; in_reply_to: string }>(statements.take, {
    sessionId,
    messageId,
  });
  if (taken?.idempotency_key != null) keepFailure(connection, sessionId, taken.idempotency_key, failure);
  // An ended session has the deliveries of its ending alone.
  const session = taken && hasWatches(connection) ? readLive(connection, sessionId, now) : undefined;
  if (taken && session) {
    const { channelId, agentId, userId } = session;
    const { code } = failure;
    const failed = { sessionId, channelId, agentId, userId, messageId, inReplyTo: taken.in_reply_to, code };
    enqueueDeliveries(connection, { event: "message.failed", failed }, now);
  }
  return taken !== undefined;
};

export const cancelReply = (
  connection: SqliteConnection,
  { sessionId, messageId, partial }: CancelRequest,
  now: number,
): CancelOutcome => {
  if (!readLive(connection, sessionId, now)) return readGone(connection, sessionId);
  const row = connection.get<ReplyColumns>(statements.cancel, { sessionId, messageId, partial, now });
  return row ? { outcome: "cancelled", reply: toReplyRecord(row) } : { outcome: "not_pending" };
};

export const renewReplies = (
  connection: SqliteConnection,
  replies: readonly Pick<ReplyDraft, "sessionId" | "messageId">[],
  now: number,
): Map<string, PartialText | null> => {
  const rows = connection.all<Pick<ReplyColumns, "message_id" | "cancelled">>(statements.renew, {
    replies: JSON.stringify(replies),
    heldUntil: now + replyLeaseMs,
  });
  return new Map(rows.map(({ message_id, cancelled }) => [message_id, cancelled]));
};

export const readPendingReplies = (
  connection: SqliteConnection,
  sessionId: string,
  now: number,
): ReplyRecord[] => connection.all<ReplyColumns>(statements.pending, { sessionId, now }).map(toReplyRecord);

export const readReply = (
  connection: SqliteConnection,
  sessionId: string,
  messageId: string,
  now: number,
): ReplyState => {
  const row = connection.get<{ held_until: number }>(statements.read, { sessionId, messageId });
  if (row && readLive(connection, sessionId, now))
    return { state: row.held_until > now ? "pending" : "lapsed" };
  const message = readMessage(connection, messageId);
  return message ? { state: "stored", message } : { state: "unknown" };
};

export const deleteRepliesBefore = (connection: SqliteConnection, cutoff: number, limit: number): number =>
  connection.run(statements.deleteLapsed, { cutoff, limit });
