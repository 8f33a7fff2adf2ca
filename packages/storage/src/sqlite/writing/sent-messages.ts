import type { IdempotencyKey, RepeatedSend, ReplyFailure } from "@adjourn/sessions";
import { type MessageColumns, parseJson, type StoredSend, toMessage } from "../../rows/session-rows.js";
import type { SqliteConnection } from "../connection/connection.js";

const ofKey = "operation = 'sendSessionMessage' AND key = :key AND scope = :sessionId";

const statements = {
  read: `SELECT body_hash, answer, failure FROM idempotency_keys WHERE ${ofKey}`,
  message: "SELECT * FROM messages WHERE id = :id",
  keep: `INSERT INTO idempotency_keys (operation, key, scope, body_hash, session_id, channel_id, answer, created_at)
    VALUES ('sendSessionMessage', :key, :sessionId, :fingerprint, :sessionId, :channelId, :answer, :now)`,
  keepFailure: `UPDATE idempotency_keys SET failure = :failure WHERE ${ofKey}`,
} as const;

interface KeyColumns {
  readonly body_hash: string;
  readonly answer: string;
  readonly failure: string | null;
}

/** What an earlier send with this key did; null if there was none. */
export const readSent = (
  connection: SqliteConnection,
  sessionId: string,
  { key, fingerprint }: IdempotencyKey,
): RepeatedSend | null => {
  const row = connection.get<KeyColumns>(statements.read, { key, sessionId });
  if (!row) return null;
  if (row.body_hash !== fingerprint) return { outcome: "key_reused" };
  const { messageId, ...sent } = parseJson<StoredSend>(row.answer);
  const message = connection.get<MessageColumns>(statements.message, { id: messageId });
  // An erasure deletes the key before the last message of its channel.
  if (!message) return null;
  const failure = row.failure === null ? null : parseJson<ReplyFailure>(row.failure);
  return { outcome: "repeated", earlier: { ...sent, message: toMessage(message), failure } };
};

export const keepSent = (
  connection: SqliteConnection,
  { key, fingerprint }: IdempotencyKey,
  sent: StoredSend,
  now: number,
): void => {
  const { sessionId, channelId } = sent.session;
  connection.run(statements.keep, {
    key,
    sessionId,
    fingerprint,
    channelId,
    answer: JSON.stringify(sent),
    now,
  });
};

export const keepFailure = (
  connection: SqliteConnection,
  sessionId: string,
  key: string,
  failure: ReplyFailure,
): void => {
  connection.run(statements.keepFailure, { sessionId, key, failure: JSON.stringify(failure) });
};
