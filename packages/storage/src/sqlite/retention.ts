import type { EraseOutcome } from "@adjourn/sessions";
import type { SqliteConnection } from "./connection.js";

const holdsChannel = `SELECT 1 FROM sessions
  WHERE channel_id = :channelId AND holds_channel = 1 AND expires_at > :now`;

const statements = {
  eraseChannel: `DELETE FROM channels WHERE id = :channelId AND NOT EXISTS (${holdsChannel})`,
  readChannel: "SELECT 1 FROM channels WHERE id = :channelId",
  forgetReasons: `UPDATE endings SET reason = NULL
    WHERE channel_id = :channelId COLLATE NOCASE AND channel_id = :channelId`,
  forgetMetadata: `UPDATE sessions SET metadata = '{}'
    WHERE channel_id = :channelId COLLATE NOCASE AND channel_id = :channelId`,
  forgetAnswers: `UPDATE idempotency_keys SET answer = json_set(answer, '$.metadata', json('{}'))
    WHERE channel_id = :channelId AND operation = 'createSession'`,
  deleteEndings: `DELETE FROM endings WHERE session_id IN (
      SELECT session_id FROM endings WHERE ended_at < :cutoff ORDER BY ended_at LIMIT :limit)
    RETURNING channel_id`,
  deleteIdleChannel: `DELETE FROM channels WHERE id = :channelId
    AND NOT EXISTS (SELECT 1 FROM sessions
      WHERE channel_id = :channelId COLLATE NOCASE AND channel_id = :channelId)
    AND NOT EXISTS (SELECT 1 FROM endings
      WHERE channel_id = :channelId COLLATE NOCASE AND channel_id = :channelId)`,
  deleteKeys: "DELETE FROM idempotency_keys WHERE created_at < :cutoff",
} as const;

/**
 * Within a transaction. Messages go with their channel; an expired session that is not recorded as over yet loses its
 * metadata, so that nothing of the history is left when it is.
 */
export const eraseChannel = (connection: SqliteConnection, channelId: string, now: number): EraseOutcome => {
  const { forgetReasons, forgetMetadata, forgetAnswers, readChannel } = statements;
  if (connection.run(statements.eraseChannel, { channelId, now }) === 0)
    return connection.get(readChannel, { channelId }) ? "in_use" : "unknown_channel";
  for (const forget of [forgetReasons, forgetMetadata, forgetAnswers]) connection.run(forget, { channelId });
  return "erased";
};

/** Within a transaction. @returns how many endings were deleted */
export const deleteEndedBefore = (connection: SqliteConnection, cutoff: number, limit: number): number => {
  const rows = connection.all<{ channel_id: string }>(statements.deleteEndings, { cutoff, limit });
  for (const channelId of new Set(rows.map(({ channel_id }) => channel_id)))
    connection.run(statements.deleteIdleChannel, { channelId });
  return rows.length;
};

export const deleteIdempotencyKeysBefore = (connection: SqliteConnection, cutoff: number): void => {
  connection.run(statements.deleteKeys, { cutoff });
};
