import type { IdempotencyKey, RepeatedSend, ReplyFailure } from "@adjourn/sessions";
import { parseJson, type StoredSend } from "../../rows/session-rows.js";
import type { Queryable } from "../connection/queryable.js";
import { readMessage } from "../tables/messages-table.js";

const ofKey = "operation = 'sendSessionMessage' AND key = :key AND scope = :sessionId";

const statements = {
  read: `SELECT body_hash, answer, failure FROM idempotency_keys WHERE ${ofKey}`,
  take: `INSERT INTO idempotency_keys (operation, key, scope, body_hash, session_id, channel_id, created_at)
    SELECT 'sendSessionMessage', :key, session_id, :fingerprint, session_id, channel_id, adjourn_now()
    FROM sessions WHERE session_id = :sessionId
    ON CONFLICT DO NOTHING RETURNING 1`,
  keep: `UPDATE idempotency_keys SET answer = :answer WHERE ${ofKey}`,
} as const;

interface KeyColumns {
  readonly body_hash: string;
  readonly answer: string;
  readonly failure: string | null;
}

/** What an earlier send with this key did; null if there was none. */
export const readSent = async (
  database: Queryable,
  sessionId: string,
  { key, fingerprint }: IdempotencyKey,
): Promise<RepeatedSend | null> => {
  const row = await database.get<KeyColumns>(statements.read, { key, sessionId });
  if (!row) return null;
  if (row.body_hash !== fingerprint) return { outcome: "key_reused" };
  const { messageId, ...sent } = parseJson<StoredSend>(row.answer);
  const message = await readMessage(database, messageId);
  // An erasure deletes the key before the last message of its channel.
  if (!message) return null;
  const failure = row.failure === null ? null : parseJson<ReplyFailure>(row.failure);
  return { outcome: "repeated", earlier: { ...sent, message, failure } };
};

/** Waits for a concurrent send with the key. @returns false if the key is taken, or if there is no session */
export const takeKey = async (
  transaction: Queryable,
  sessionId: string,
  { key, fingerprint }: IdempotencyKey,
): Promise<boolean> =>
  (await transaction.get(statements.take, { key, fingerprint, sessionId })) !== undefined;

export const keepSent = async (
  transaction: Queryable,
  { key }: IdempotencyKey,
  sent: StoredSend,
): Promise<void> => {
  const { sessionId } = sent.session;
  await transaction.all(statements.keep, { key, sessionId, answer: JSON.stringify(sent) });
};
