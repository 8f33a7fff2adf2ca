import {
  type AppendOutcome,
  type IdempotencyKey,
  type IsGone,
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
import { activity, isLive, readOver } from "../tables/sessions-table.js";
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

/** Takes the next seq and time from the row of a live session, stores the message and begins its reply, in one statement. */
const append = `WITH place AS (
    UPDATE sessions SET ${nextPlace}, ${activity()} WHERE ${isLive} RETURNING *),
  ${storeAndBegin(ofParameters, ":key::text", "place")}
  SELECT * FROM place`;

/** The same for several sessions, apart from those that are locked, also by an erasure of the channel. */
const appendBatch = `WITH ${itemsWith({ id: "text", content: "text", metadata: "text", attachments: "text", replyId: "text", nodeId: "text" })},
  due AS MATERIALIZED (
    SELECT session_id FROM sessions JOIN channels ON channels.id = channel_id
    WHERE ${isOfItems("sessions")} AND expires_at > adjourn_now()
    FOR NO KEY UPDATE OF sessions SKIP LOCKED FOR KEY SHARE OF channels SKIP LOCKED),
  place AS (
    UPDATE sessions SET ${nextPlace}, ${activity()} FROM due
    WHERE sessions.session_id = due.session_id RETURNING sessions.*),
  ${storeAndBegin(ofItem, "NULL", `place JOIN item ON session_id = "sessionId"`)}
  SELECT * FROM place`;

/** Rolls the transaction back and carries the outcome. */
class Refusal extends Error {
  constructor(readonly outcome: IsGone) {
    super(outcome.outcome);
  }
}

/** A send with a key takes the key first: a concurrent send with the same one waits for it. */
export const appendMessage = async (
  database: PostgresDatabase,
  { idempotency, ...draft }: MessageDraft,
): Promise<AppendOutcome> => {
  if (!idempotency) return appendOnce(database, draft, null);
  try {
    return await database.transaction(async (transaction) => {
      if (!(await takeKey(transaction, draft.sessionId, idempotency))) {
        const repeated = await readSent(transaction, draft.sessionId, idempotency);
        if (repeated) return repeated;
      }
      const stored = await appendOnce(transaction, draft, idempotency);
      if (stored.outcome === "gone") throw new Refusal(stored);
      if (stored.outcome === "stored")
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

const appendOnce = async (
  database: Queryable,
  draft: Draft,
  idempotency: IdempotencyKey | null,
): Promise<AppendOutcome> => {
  const key = idempotency?.key ?? null;
  const row = await database.get<SessionColumns>(append, { ...toItem(draft), key });
  return row ? toStored(row, draft) : readOver(database, draft.sessionId);
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

const toItem = ({ id, sessionId, content, metadata, attachments, reply }: Draft): BatchItem => ({
  sessionId,
  id,
  content,
  metadata: JSON.stringify(metadata),
  attachments: attachments && JSON.stringify(attachments),
  replyId: reply.messageId,
  nodeId: reply.nodeId,
});

const toStored = (row: SessionColumns, draft: Draft): AppendOutcome => {
  const { id, content, metadata, attachments } = draft;
  const said = { isAgent: false, inReplyTo: null, finishReason: null, usage: null } as const;
  return {
    outcome: "stored",
    message: storedMessage(row, { id, content, metadata, attachments, ...said }),
    session: toSession(row),
    wasRenewed: Boolean(row.was_renewed),
  };
};
