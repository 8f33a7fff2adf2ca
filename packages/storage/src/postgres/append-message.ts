import {
  type AppendOutcome,
  type IdempotencyKey,
  type IsGone,
  type MessageDraft,
  replyLeaseMs,
} from "@adjourn/sessions";
import { type SessionColumns, toSession } from "../rows.js";
import type { PostgresDatabase } from "./database.js";
import { nextPlace, storedMessage } from "./messages-table.js";
import type { Queryable } from "./queryable.js";
import { keepSent, readSent, takeKey } from "./sent-messages.js";
import { activity, isLive, readOver } from "./sessions-table.js";

/** Takes the next seq and time from the row of a live session, stores the message and begins its reply, in one statement. */
const append = `WITH place AS (
    UPDATE sessions SET ${nextPlace}, ${activity()} WHERE ${isLive} RETURNING *),
  stored AS (
    INSERT INTO messages (id, channel_id, seq, session_id, author_id, is_agent, content, session_metadata, metadata,
      attachments, created_at)
    SELECT :id, channel_id, last_seq, session_id, user_id, false, :content, metadata, :metadata, :attachments, last_at
    FROM place),
  begun AS (
    INSERT INTO replies (session_id, message_id, in_reply_to, seq, node_id, idempotency_key, held_until)
    SELECT session_id, :replyId, :id, last_seq, :nodeId, :key::text, adjourn_now() + ${replyLeaseMs} FROM place)
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
  draft: Omit<MessageDraft, "idempotency">,
  idempotency: IdempotencyKey | null,
): Promise<AppendOutcome> => {
  const { id, sessionId, content, metadata, attachments, reply } = draft;
  const row = await database.get<SessionColumns>(append, {
    sessionId,
    id,
    content,
    metadata: JSON.stringify(metadata),
    attachments: attachments && JSON.stringify(attachments),
    replyId: reply.messageId,
    nodeId: reply.nodeId,
    key: idempotency?.key ?? null,
  });
  if (!row) return readOver(database, sessionId);
  const said = { isAgent: false, inReplyTo: null, finishReason: null, usage: null } as const;
  return {
    outcome: "stored",
    message: storedMessage(row, { id, content, metadata, attachments, ...said }),
    session: toSession(row),
    wasRenewed: Boolean(row.was_renewed),
  };
};
