import {
  type AppendOutcome,
  type IdempotencyKey,
  limits,
  type MessageDraft,
  replyLeaseMs,
} from "@adjourn/sessions";
import { type SessionColumns, toSession } from "../../rows/session-rows.js";
import type { PostgresDatabase } from "../connection/database.js";
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
import { nextPlace, storedMessage } from "../tables/messages-table.js";
import { activity, isLive, readGone } from "../tables/sessions-table.js";
import { keepSent, readSent, takeKey } from "./sent-messages.js";

/** Stores the message at the place that its session's row gave, and begins its reply. */
const storeAndBegin = (field: Field, key: string, from: string): string => `stored AS (
    INSERT INTO messages (id, channel_id, seq, session_id, author_id, is_agent, content, session_metadata, metadata,
      attachments, created_at)
    SELECT ${field("id")}, channel_id, last_seq, session_id, user_id, false, ${field("content")}, place.metadata,
      ${field("metadata")}, ${field("attachments")}, last_at
    FROM ${from}),
  begun AS (
    INSERT INTO replies (session_id, message_id, in_reply_to, seq, node_id, idempotency_key, held_until)
    SELECT session_id, ${field("replyId")}, ${field("id")}, last_seq, ${field("nodeId")}, ${key},
      adjourn_now() + ${replyLeaseMs}
    FROM ${from}),
  ${queueMessages("place")}`;

/**
 * Whether another reply of the session may begin. The replies are counted as of the statement's snapshot, so the condition
 * fails as well for a session that has got a message since then; {@link lock} comes first in such a case.
 */
const mayBeginReply = `(SELECT count(*) FROM replies
    WHERE replies.session_id = sessions.session_id AND held_until > adjourn_now()) < ${limits.inFlightReplies}
  AND last_seq = (SELECT last_seq FROM sessions AS seen WHERE seen.session_id = sessions.session_id)`;

/** What comes after it in the same transaction sees every message to the session. */
const lock = `SELECT session_id FROM sessions WHERE ${isLive} FOR NO KEY UPDATE`;

/** Takes the next seq and time from the row of a live session, stores the message and begins its reply, in one statement. */
const append = `WITH place AS (
    UPDATE sessions SET ${nextPlace}, ${activity()} WHERE ${isLive} AND ${mayBeginReply} RETURNING *),
  ${storeAndBegin(ofParameters, ":key::text", "place")}
  SELECT * FROM place`;

/** The same for several sessions, apart from those that are locked, also by an erasure of the channel. */
const appendBatch = `WITH ${itemsWith({ id: "text", content: "text", metadata: "text", attachments: "text", replyId: "text", nodeId: "text" })},
  due AS MATERIALIZED (
    SELECT session_id FROM sessions JOIN channels ON channels.id = channel_id
    WHERE ${isOfItems("sessions")} AND expires_at > adjourn_now() AND ${mayBeginReply}
    FOR NO KEY UPDATE OF sessions SKIP LOCKED FOR KEY SHARE OF channels SKIP LOCKED),
  place AS (
    UPDATE sessions SET ${nextPlace}, ${activity()} FROM due
    WHERE sessions.session_id = due.session_id RETURNING sessions.*),
  ${storeAndBegin(ofItem, "NULL", `place JOIN item ON session_id = "sessionId"`)}
  SELECT * FROM place`;

/** Rolls the transaction back and carries the outcome. */
class Refusal extends Error {
  constructor(readonly outcome: AppendOutcome) {
    super(outcome.outcome);
  }
}

/** A send with a key takes the key first: a concurrent send with the same one waits for it. */
export const appendMessage = async (
  database: PostgresDatabase,
  { idempotency, ...draft }: MessageDraft,
): Promise<AppendOutcome> => {
  if (!idempotency)
    return (
      (await appendOnce(database, draft, null)) ??
      database.transaction((transaction) => appendLocked(transaction, draft, null))
    );
  try {
    return await database.transaction(async (transaction) => {
      if (!(await takeKey(transaction, draft.sessionId, idempotency))) {
        const repeated = await readSent(transaction, draft.sessionId, idempotency);
        if (repeated) return repeated;
      }
      const stored =
        (await appendOnce(transaction, draft, idempotency)) ??
        (await appendLocked(transaction, draft, idempotency));
      if (stored.outcome !== "stored") throw new Refusal(stored);
      await keepSent(transaction, idempotency, {
        messageId: draft.id,
        replyId: draft.reply.messageId,
        session: stored.session,
        wasRenewed: stored.wasRenewed,
      });
      return stored;
    });
  } catch (error) {
    if (error instanceof Refusal) return error.outcome;
    throw error;
  }
};

/** @returns null if the message was not stored, because the session is gone, has too many replies or has changed */
const appendOnce = async (
  database: Queryable,
  draft: Draft,
  idempotency: IdempotencyKey | null,
): Promise<Stored | null> => {
  const key = idempotency?.key ?? null;
  const row = await database.get<SessionColumns>(append, { ...toItem(draft), key });
  return row ? toStored(row, draft) : null;
};

const appendLocked = async (
  transaction: Queryable,
  draft: Draft,
  idempotency: IdempotencyKey | null,
): Promise<AppendOutcome> => {
  const { sessionId } = draft;
  if (!(await transaction.get(lock, { sessionId }))) return readGone(transaction, sessionId);
  return (await appendOnce(transaction, draft, idempotency)) ?? { outcome: "too_many_replies" };
};

/** Messages to different sessions that come together share a statement. */
export const appendTogether = (
  database: PostgresDatabase,
): ((draft: MessageDraft) => Promise<AppendOutcome>) => {
  const batches = new StatementBatches<SessionColumns>(database, appendBatch);
  return async (draft) => {
    const rows = draft.idempotency === null ? await batches.run(toItem(draft)) : null;
    const row = rows?.[0];
    return row ? toStored(row, draft) : appendMessage(database, draft);
  };
};

type Draft = Omit<MessageDraft, "idempotency">;
type Stored = Extract<AppendOutcome, { outcome: "stored" }>;

const toItem = ({ id, sessionId, content, metadata, attachments, reply }: Draft): BatchItem => ({
  sessionId,
  id,
  content,
  metadata: JSON.stringify(metadata),
  attachments: attachments && JSON.stringify(attachments),
  replyId: reply.messageId,
  nodeId: reply.nodeId,
});

const toStored = (row: SessionColumns, draft: Draft): Stored => {
  const { id, content, metadata, attachments } = draft;
  const said = { isAgent: false, inReplyTo: null, finishReason: null, usage: null } as const;
  return {
    outcome: "stored",
    message: storedMessage(row, { id, content, metadata, attachments, ...said }),
    session: toSession(row),
    wasRenewed: Boolean(row.was_renewed),
  };
};
