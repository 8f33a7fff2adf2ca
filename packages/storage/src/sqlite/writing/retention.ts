import type { EraseOutcome } from "@adjourn/sessions";
import type { SqliteConnection } from "../connection/connection.js";
import { deleteDocuments } from "../reading/search-index.js";
import { forgetDeliveries } from "../tables/webhook-deliveries-table.js";

const holdsChannel = `SELECT 1 FROM sessions
  WHERE channel_id = :channelId AND holds_channel = 1 AND expires_at > :now`;

/** The sessions of a channel. Two partial indexes serve it. */
const ofChannel = (channelId: string): string =>
  `(channel_id = ${channelId} AND holds_channel = 1 OR channel_id = ${channelId} AND holds_channel = 0)`;

/** Whether a channel has no live session and no newer ending: its history can be deleted. */
const isOld = (channelId: string): string =>
  `NOT EXISTS (SELECT 1 FROM sessions WHERE ${ofChannel(channelId)})
    AND NOT EXISTS (SELECT 1 FROM endings AS younger
      WHERE younger.channel_id = ${channelId} COLLATE NOCASE AND younger.channel_id = ${channelId}
        AND younger.ended_at >= :cutoff)`;

/** How many messages one transaction deletes, so that other writes do not wait for long. */
const messagesAtOnce = 500;

const statements = {
  /** No session can continue a channel that has no user. */
  closeChannel: `UPDATE channels SET user_id = '' WHERE id = :channelId AND NOT EXISTS (${holdsChannel})`,
  deleteMessages: `DELETE FROM messages WHERE id IN (
      SELECT id FROM messages WHERE channel_id = :channelId LIMIT ${messagesAtOnce})`,
  eraseChannel: "DELETE FROM channels WHERE id = :channelId",
  readChannel: "SELECT 1 FROM channels WHERE id = :channelId",
  forgetReasons: `UPDATE endings SET reason = NULL
    WHERE channel_id = :channelId COLLATE NOCASE AND channel_id = :channelId`,
  forgetMetadata: `UPDATE sessions SET metadata = '{}' WHERE ${ofChannel(":channelId")}`,
  forgetAnswers: `UPDATE idempotency_keys SET answer = json_set(answer, '$.metadata', json('{}'))
    WHERE channel_id = :channelId AND operation = 'createSession'`,
  forgetSends:
    "DELETE FROM idempotency_keys WHERE channel_id = :channelId AND operation = 'sendSessionMessage'",
  deleteEndings: `DELETE FROM endings WHERE session_id IN (
      SELECT session_id FROM endings WHERE ended_at < :cutoff ORDER BY ended_at LIMIT :limit)
    RETURNING channel_id`,
  deleteIdleChannel: `DELETE FROM channels WHERE id = :channelId
    AND NOT EXISTS (SELECT 1 FROM sessions WHERE ${ofChannel("channels.id")})
    AND NOT EXISTS (SELECT 1 FROM endings
      WHERE channel_id = :channelId COLLATE NOCASE AND channel_id = :channelId)`,
  oldChannels: `SELECT DISTINCT channel_id FROM (
      SELECT channel_id FROM endings WHERE ended_at < :cutoff ORDER BY ended_at LIMIT :limit) AS oldest
    WHERE ${isOld("oldest.channel_id")}`,
  isStillOld: `SELECT 1 WHERE ${isOld(":channelId")}`,
  deleteKeys: `DELETE FROM idempotency_keys WHERE rowid IN (
      SELECT rowid FROM idempotency_keys WHERE created_at < :cutoff ORDER BY created_at LIMIT :limit)`,
} as const;

/**
 * One transaction of an erasure, to be repeated until it is finished. After the first, no session can continue the
 * channel. An expired session whose ending is not recorded yet loses its metadata, so that its ending contains nothing
 * of the history.
 */
export const eraseStep = (
  connection: SqliteConnection,
  channelId: string,
  now: number,
): EraseOutcome | "unfinished" => {
  const { forgetReasons, forgetMetadata, forgetAnswers, readChannel } = statements;
  if (connection.run(statements.closeChannel, { channelId, now }) === 0)
    return connection.get(readChannel, { channelId }) ? "in_use" : "unknown_channel";
  connection.run(statements.forgetSends, { channelId });
  if (deleteHistory(connection, channelId)) return "unfinished";
  for (const forget of [statements.eraseChannel, forgetReasons, forgetMetadata, forgetAnswers])
    connection.run(forget, { channelId });
  forgetDeliveries(connection, channelId);
  return "erased";
};

/**
 * Within a transaction: deletes messages of the channel, and what the index has of them once none is left to be indexed.
 * @returns whether there may be more
 */
const deleteHistory = (connection: SqliteConnection, channelId: string): boolean =>
  connection.run(statements.deleteMessages, { channelId }) === messagesAtOnce ||
  deleteDocuments(connection, channelId);

/** Within a transaction: the same, unless a session has continued the channel since {@link readOldChannels}. */
export const deleteOldHistory = (connection: SqliteConnection, channelId: string, cutoff: number): boolean =>
  connection.get(statements.isStillOld, { channelId, cutoff }) !== undefined &&
  deleteHistory(connection, channelId);

/** The channels whose histories can be deleted with the oldest endings. */
export const readOldChannels = (connection: SqliteConnection, cutoff: number, limit: number): string[] =>
  connection
    .all<{ channel_id: string }>(statements.oldChannels, { cutoff, limit })
    .map(({ channel_id }) => channel_id);

/** Within a transaction. @returns how many endings were deleted */
export const deleteEndedBefore = (connection: SqliteConnection, cutoff: number, limit: number): number => {
  const rows = connection.all<{ channel_id: string }>(statements.deleteEndings, { cutoff, limit });
  for (const channelId of new Set(rows.map(({ channel_id }) => channel_id)))
    if (connection.run(statements.deleteIdleChannel, { channelId }) > 0)
      deleteDocuments(connection, channelId);
  return rows.length;
};

export const deleteIdempotencyKeysBefore = (
  connection: SqliteConnection,
  cutoff: number,
  limit: number,
): number => connection.run(statements.deleteKeys, { cutoff, limit });
