import {
  type AppendReplyOutcome,
  type CancelOutcome,
  type CancelRequest,
  type PartialText,
  type ReplyDraft,
  type ReplyFailure,
  type ReplyRecord,
  type ReplyState,
  replyLeaseMs,
} from "@adjourn/sessions";
import { type ReplyColumns, type SessionColumns, toReplyRecord, toSession } from "../../rows/session-rows.js";
import { addUsage } from "../../sql/reply-rules.js";
import type { Queryable } from "../connection/queryable.js";
import {
  type BatchItem,
  type Field,
  isOfItems,
  itemsWith,
  ofItem,
  ofParameters,
  StatementBatches,
} from "../connection/statement-batches.js";
import { queueMessages } from "../reading/search-index.js";
import { nextPlace, readMessage, storedMessage } from "./messages-table.js";
import { isLive, readGone, readLive } from "./sessions-table.js";

const ofReply = "session_id = :sessionId AND message_id = :messageId";

/** Stores the reply of the CTE `taken` at the place that its session's row gave. */
const storeReply = (field: Field, from: string): string => `stored AS (
      INSERT INTO messages (id, channel_id, seq, session_id, author_id, is_agent, in_reply_to, content, session_metadata,
        metadata, finish_reason, input_tokens, output_tokens, created_at)
      SELECT ${field("messageId")}, channel_id, last_seq, place.session_id, agent_id, true, ${field("inReplyTo")},
        ${field("content")}, metadata, '{}',
        CASE WHEN taken.cancelled = 'keep' THEN 'cancelled' ELSE ${field("finishReason")} END,
        ${field("inputTokens")}::bigint, ${field("outputTokens")}::bigint, last_at
      FROM ${from}),
    ${queueMessages("place")}`;

const statements = {
  /**
   * Takes the reply out of flight, then the next place of a live session, and stores the reply there. The row of a reply
   * that is cancelled at the same moment is read again once its lock is held, so that the mark is never missed.
   */
  append: `WITH taken AS (
      DELETE FROM replies WHERE ${ofReply} AND cancelled IS DISTINCT FROM 'discard' RETURNING cancelled),
    place AS (
      UPDATE sessions SET ${nextPlace}, ${addUsage.replaceAll(/:\w+/g, "$&::bigint")}, was_renewed = false
      WHERE ${isLive} AND EXISTS (SELECT FROM taken) RETURNING *),
    ${storeReply(ofParameters, "place, taken")}
    SELECT place.*, taken.cancelled FROM place, taken`,
  /** The same for replies in several sessions, apart from those that are locked. */
  appendBatch: `WITH ${itemsWith({
    messageId: "text",
    content: "text",
    inReplyTo: "text",
    finishReason: "text",
    inputTokens: "bigint",
    outputTokens: "bigint",
  })},
    due AS MATERIALIZED (
      SELECT session_id, replies.seq FROM sessions
        JOIN channels ON channels.id = channel_id
        JOIN item ON item."sessionId" = session_id
        JOIN replies USING (session_id)
      WHERE ${isOfItems("sessions")} AND ${isOfItems("replies")} AND expires_at > adjourn_now()
        AND message_id = item."messageId" AND cancelled IS DISTINCT FROM 'discard'
      FOR NO KEY UPDATE OF sessions SKIP LOCKED FOR UPDATE OF replies SKIP LOCKED
      FOR KEY SHARE OF channels SKIP LOCKED),
    taken AS (
      DELETE FROM replies USING due
      WHERE replies.session_id = due.session_id AND replies.seq = due.seq RETURNING replies.session_id, cancelled),
    place AS (
      UPDATE sessions SET ${nextPlace}, ${addUsage.replaceAll(/:(\w+)/g, 'item."$1"')}, was_renewed = false
      FROM taken JOIN item ON taken.session_id = "sessionId"
      WHERE sessions.session_id = taken.session_id RETURNING sessions.*),
    ${storeReply(ofItem, `place JOIN taken USING (session_id) JOIN item ON session_id = "sessionId"`)}
    SELECT place.*, taken.cancelled FROM place JOIN taken USING (session_id)`,
  read: `SELECT cancelled, held_until > adjourn_now() AS is_held FROM replies
    WHERE ${ofReply} AND EXISTS (SELECT FROM sessions WHERE ${isLive})`,
  fail: `WITH taken AS (DELETE FROM replies WHERE ${ofReply} RETURNING idempotency_key),
    kept AS (
      UPDATE idempotency_keys SET failure = :failure FROM taken
      WHERE operation = 'sendSessionMessage' AND key = taken.idempotency_key AND scope = :sessionId)
    SELECT 1 FROM taken`,
  /**
   * The same, with the deliveries of the failure, for a live session only. Its row is locked first, so that an end which
   * commits first is seen, and one that follows is delivered later.
   */
  failWithDeliveries: (deliveries: string) => `WITH session AS MATERIALIZED (
      SELECT session_id, channel_id, agent_id, user_id FROM sessions WHERE ${isLive} FOR KEY SHARE),
    taken AS (
      DELETE FROM replies USING (SELECT count(*) FROM session) AS locked WHERE ${ofReply}
      RETURNING message_id, in_reply_to, idempotency_key),
    kept AS (
      UPDATE idempotency_keys SET failure = :failure FROM taken
      WHERE operation = 'sendSessionMessage' AND key = taken.idempotency_key AND scope = :sessionId),
    changed AS (SELECT session.*, message_id, in_reply_to, :code::text AS code FROM session, taken),
    ${deliveries}
    SELECT 1 FROM taken`,
  cancel: `UPDATE replies SET cancelled = :partial
    WHERE session_id = :sessionId AND (message_id = :messageId OR in_reply_to = :messageId)
      AND cancelled IS NULL AND held_until > adjourn_now()
      AND EXISTS (SELECT FROM sessions WHERE ${isLive})
    RETURNING message_id, in_reply_to, node_id, cancelled`,
  renew: `UPDATE replies SET held_until = adjourn_now() + ${replyLeaseMs}
    FROM json_to_recordset(:replies::text::json) AS held ("sessionId" text, "messageId" text)
    WHERE replies.session_id = held."sessionId" AND replies.message_id = held."messageId"
    RETURNING replies.message_id, replies.cancelled`,
  pending: `SELECT message_id, in_reply_to, node_id, cancelled FROM replies
    WHERE session_id = :sessionId AND held_until > adjourn_now() ORDER BY seq`,
  pendingBatch: `WITH ${itemsWith({})}
    SELECT session_id, message_id, in_reply_to, node_id, cancelled FROM replies
    WHERE ${isOfItems("replies")} AND held_until > adjourn_now() ORDER BY seq`,
  deleteLapsed: `WITH lapsed AS MATERIALIZED (
      SELECT session_id, seq FROM replies WHERE held_until < :cutoff
      ORDER BY held_until LIMIT :limit FOR UPDATE SKIP LOCKED)
    DELETE FROM replies USING lapsed
    WHERE replies.session_id = lapsed.session_id AND replies.seq = lapsed.seq RETURNING 1`,
} as const;

export const appendReply = async (database: Queryable, draft: ReplyDraft): Promise<AppendReplyOutcome> => {
  const row = await database.get<PlacedColumns>(statements.append, toItem(draft));
  return row ? toStored(row, draft) : whyNotStored(database, draft);
};

/** Replies in different sessions that are finished together share a statement. */
export const repliesTogether = (
  database: Queryable,
): ((draft: ReplyDraft) => Promise<AppendReplyOutcome>) => {
  const batches = new StatementBatches<PlacedColumns>(database, statements.appendBatch);
  return async (draft) => {
    const [row] = (await batches.run(toItem(draft))) ?? [];
    return row ? toStored(row, draft) : appendReply(database, draft);
  };
};

type PlacedColumns = SessionColumns & Pick<ReplyColumns, "cancelled">;

const toItem = ({
  sessionId,
  messageId,
  content,
  inReplyTo,
  finishReason,
  usage,
}: ReplyDraft): BatchItem => ({
  sessionId,
  messageId,
  content,
  inReplyTo,
  finishReason,
  inputTokens: usage?.inputTokens ?? null,
  outputTokens: usage?.outputTokens ?? null,
});

const toStored = (row: PlacedColumns, draft: ReplyDraft): AppendReplyOutcome => {
  const { messageId, content, inReplyTo, finishReason, usage } = draft;
  const message = storedMessage(row, {
    id: messageId,
    isAgent: true,
    inReplyTo,
    content,
    metadata: {},
    attachments: null,
    finishReason: row.cancelled ? "cancelled" : finishReason,
    usage,
  });
  return { outcome: "stored", message, session: toSession(row) };
};

const whyNotStored = async (
  database: Queryable,
  { sessionId, messageId }: ReplyDraft,
): Promise<AppendReplyOutcome> => {
  if (!(await readLive(database, sessionId))) return readGone(database, sessionId);
  const isDiscarded = await database.get(statements.read, { sessionId, messageId });
  return { outcome: isDiscarded ? "discarded" : "not_pending" };
};

export const failReply = async (
  database: Queryable,
  { sessionId, messageId, failure }: { sessionId: string; messageId: string; failure: ReplyFailure },
): Promise<boolean> => {
  const { outbox } = database;
  const sql = outbox?.isWatched("message.failed")
    ? statements.failWithDeliveries(outbox.deliveriesOf("message.failed"))
    : statements.fail;
  const given = { sessionId, messageId, failure: JSON.stringify(failure), code: failure.code };
  return (await database.get(sql, given)) !== undefined;
};

export const cancelReply = async (database: Queryable, request: CancelRequest): Promise<CancelOutcome> => {
  const { sessionId, messageId, partial } = request;
  const row = await database.get<ReplyColumns>(statements.cancel, { sessionId, messageId, partial });
  if (row) return { outcome: "cancelled", reply: toReplyRecord(row) };
  return (await readLive(database, sessionId)) ? { outcome: "not_pending" } : readGone(database, sessionId);
};

export const renewReplies = async (
  database: Queryable,
  replies: readonly Pick<ReplyDraft, "sessionId" | "messageId">[],
): Promise<Map<string, PartialText | null>> => {
  if (replies.length === 0) return new Map();
  const rows = await database.all<Pick<ReplyColumns, "message_id" | "cancelled">>(statements.renew, {
    replies: JSON.stringify(replies),
  });
  return new Map(rows.map(({ message_id, cancelled }) => [message_id, cancelled]));
};

export const readPendingReplies = async (database: Queryable, sessionId: string): Promise<ReplyRecord[]> =>
  (await database.all<ReplyColumns>(statements.pending, { sessionId })).map(toReplyRecord);

/** Sessions whose replies are read together share a statement. */
export const pendingTogether = (database: Queryable): ((sessionId: string) => Promise<ReplyRecord[]>) => {
  const batches = new StatementBatches<ReplyColumns & { readonly session_id: string }>(
    database,
    statements.pendingBatch,
  );
  return async (sessionId) => {
    const rows = await batches.run({ sessionId });
    return rows ? rows.map(toReplyRecord) : readPendingReplies(database, sessionId);
  };
};

/** The reply first: one that is stored in between is found as a message. */
export const readReply = async (
  database: Queryable,
  sessionId: string,
  messageId: string,
): Promise<ReplyState> => {
  const row = await database.get<{ is_held: boolean }>(statements.read, { sessionId, messageId });
  if (row) return { state: row.is_held ? "pending" : "lapsed" };
  const message = await readMessage(database, messageId);
  return message ? { state: "stored", message } : { state: "unknown" };
};

export const deleteRepliesBefore = async (
  database: Queryable,
  cutoff: number,
  limit: number,
): Promise<number> => (await database.all(statements.deleteLapsed, { cutoff, limit })).length;
