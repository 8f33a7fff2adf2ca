import type { EraseOutcome } from "@adjourn/sessions";
import type { PostgresDatabase } from "./database.js";

/** The index of all sessions by channel is without regard to case. */
const onChannel = "lower(channel_id) = lower(:channelId) AND channel_id = :channelId";

const statements = {
  /** Keeps a session from being created on the channel, and a message from being stored, until this is decided. */
  lockChannel: "SELECT 1 FROM channels WHERE id = :channelId FOR UPDATE",
  eraseChannel: `DELETE FROM channels WHERE id = :channelId AND NOT EXISTS (
      SELECT FROM sessions WHERE channel_id = :channelId AND holds_channel AND expires_at > adjourn_now())
    RETURNING 1`,
  forgetReasons: "UPDATE endings SET reason = NULL WHERE channel_id = :channelId",
  forgetMetadata: `UPDATE sessions SET metadata = '{}' WHERE ${onChannel}`,
  readAnswers: `SELECT operation, key, scope, answer FROM idempotency_keys
    WHERE channel_id = :channelId AND operation = 'createSession'`,
  replaceAnswer: `UPDATE idempotency_keys SET answer = :answer
    WHERE operation = :operation AND key = :key AND scope = :scope`,
  deleteEndings: `WITH old AS MATERIALIZED (
      SELECT session_id FROM endings WHERE ended_at < :cutoff ORDER BY ended_at LIMIT :limit
      FOR UPDATE SKIP LOCKED)
    DELETE FROM endings USING old WHERE endings.session_id = old.session_id RETURNING channel_id`,
  deleteIdleChannel: `DELETE FROM channels WHERE id = :channelId
    AND NOT EXISTS (SELECT FROM sessions WHERE ${onChannel})
    AND NOT EXISTS (SELECT FROM endings WHERE channel_id = :channelId)`,
  deleteKeys: "DELETE FROM idempotency_keys WHERE created_at < :cutoff",
} as const;

/** How long the messages of a channel, however many, may take to go. */
const patienceMs = 60_000;

interface Answer {
  readonly operation: string;
  readonly key: string;
  readonly scope: string;
  readonly answer: string;
}

/** The lock comes first: what is decided on is read when nobody can change it any more. */
export const eraseChannel = (database: PostgresDatabase, channelId: string): Promise<EraseOutcome> =>
  database.transaction(async (transaction) => {
    if (!(await transaction.get(statements.lockChannel, { channelId }))) return "unknown_channel";
    if (!(await transaction.get(statements.eraseChannel, { channelId }))) return "in_use";
    await transaction.all(statements.forgetReasons, { channelId });
    await transaction.all(statements.forgetMetadata, { channelId });
    for (const { answer, ...key } of await transaction.all<Answer>(statements.readAnswers, { channelId })) {
      const forgotten = { ...(JSON.parse(answer) as object), metadata: {} };
      await transaction.all(statements.replaceAnswer, { ...key, answer: JSON.stringify(forgotten) });
    }
    return "erased";
  }, patienceMs);

/** @returns how many endings were deleted */
export const deleteEndedBefore = (
  database: PostgresDatabase,
  cutoff: number,
  limit: number,
): Promise<number> =>
  database.transaction(async (transaction) => {
    const rows = await transaction.all<{ channel_id: string }>(statements.deleteEndings, { cutoff, limit });
    const channelIds = [...new Set(rows.map(({ channel_id }) => channel_id))].sort();
    for (const channelId of channelIds) {
      if (!(await transaction.get(statements.lockChannel, { channelId }))) continue;
      await transaction.all(statements.deleteIdleChannel, { channelId });
    }
    return rows.length;
  }, patienceMs);

export const deleteIdempotencyKeysBefore = async (
  database: PostgresDatabase,
  cutoff: number,
): Promise<void> => {
  await database.all(statements.deleteKeys, { cutoff });
};
