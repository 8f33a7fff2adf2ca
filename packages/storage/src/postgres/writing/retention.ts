import type { EraseOutcome, Session } from "@adjourn/sessions";
import { parseJson } from "../../rows/session-rows.js";
import type { PostgresDatabase } from "../connection/database.js";
import type { Queryable } from "../connection/queryable.js";
import { forgetQueued } from "../reading/search-index.js";
import { sameId } from "../tables/sessions-table.js";
import { forgetDeliveries } from "../tables/webhook-deliveries-table.js";

const onChannel = sameId("channel_id", ":channelId");

/** Whether a channel has no live session and no newer ending: its history can be deleted. */
const isOld = (channelId: string): string =>
  `NOT EXISTS (SELECT FROM sessions WHERE ${sameId("sessions.channel_id", channelId)})
    AND NOT EXISTS (SELECT FROM endings AS younger
      WHERE ${sameId("younger.channel_id", channelId)} AND younger.ended_at >= :cutoff)`;

/** How many messages one transaction deletes, so that other writes do not wait for long. */
const messagesAtOnce = 500;

const statements = {
  /** Until this transaction ends, no session can be created on the channel and no message stored. */
  lockChannel: "SELECT 1 FROM channels WHERE id = :channelId FOR UPDATE",
  /** No session can continue a channel that has no user. */
  closeChannel: `UPDATE channels SET user_id = '' WHERE id = :channelId AND NOT EXISTS (
      SELECT FROM sessions WHERE channel_id = :channelId AND holds_channel AND expires_at > adjourn_now())
    RETURNING 1`,
  deleteMessages: `WITH gone AS (
      DELETE FROM messages WHERE id = ANY (ARRAY(
        SELECT id FROM messages WHERE channel_id = :channelId ORDER BY seq LIMIT ${messagesAtOnce}))
      RETURNING 1)
    SELECT count(*) AS count FROM gone`,
  eraseChannel: "DELETE FROM channels WHERE id = :channelId",
  forgetReasons: `UPDATE endings SET reason = NULL WHERE ${onChannel}`,
  /** Waits for a renewal that is under way, which may save a session that looked expired to {@link closeChannel}. */
  forgetMetadata: `UPDATE sessions SET metadata = '{}' WHERE ${onChannel}
    RETURNING holds_channel AND expires_at > adjourn_now() AS is_live`,
  forgetSends:
    "DELETE FROM idempotency_keys WHERE channel_id = :channelId AND operation = 'sendSessionMessage'",
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
    AND NOT EXISTS (SELECT FROM endings WHERE ${onChannel})`,
  oldChannels: `SELECT DISTINCT channel_id FROM (
      SELECT channel_id FROM endings WHERE ended_at < :cutoff ORDER BY ended_at LIMIT :limit) AS oldest
    WHERE ${isOld("oldest.channel_id")}`,
  isStillOld: `SELECT 1 WHERE ${isOld(":channelId")}`,
  deleteKeys: `WITH old AS MATERIALIZED (
      SELECT operation, key, scope FROM idempotency_keys WHERE created_at < :cutoff
      ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    DELETE FROM idempotency_keys AS kept USING old
    WHERE kept.operation = old.operation AND kept.key = old.key AND kept.scope = old.scope RETURNING 1`,
} as const;

/** Time limit for deleting a channel's messages, however many there are. */
const timeoutMs = 60_000;

interface Answer {
  readonly operation: string;
  readonly key: string;
  readonly scope: string;
  readonly answer: string;
}

/** Rolls an erasure back, since a session is live. */
export class StillLive extends Error {}

/** Runs in several transactions where there is much to erase. After the first, no session can continue the channel. */
export const eraseChannel = async (database: PostgresDatabase, channelId: string): Promise<EraseOutcome> => {
  try {
    for (;;) {
      const outcome = await eraseStep(database, channelId);
      if (outcome !== "unfinished") return outcome;
    }
  } catch (error) {
    if (error instanceof StillLive) return "in_use";
    throw error;
  }
};

/** Takes the lock first, so that nothing read afterwards can change. */
const eraseStep = (database: PostgresDatabase, channelId: string): Promise<EraseOutcome | "unfinished"> =>
  database.transaction(async (transaction) => {
    if (!(await transaction.get(statements.lockChannel, { channelId }))) return "unknown_channel";
    if (!(await transaction.get(statements.closeChannel, { channelId }))) return "in_use";
    const sessions = await transaction.all<{ is_live: boolean }>(statements.forgetMetadata, { channelId });
    if (sessions.some(({ is_live }) => is_live)) throw new StillLive();
    await transaction.all(statements.forgetSends, { channelId });
    if (await deleteMessages(transaction, channelId)) return "unfinished";
    await transaction.all(forgetQueued, { channelId });
    await transaction.all(statements.eraseChannel, { channelId });
    await transaction.all(statements.forgetReasons, { channelId });
    await forgetDeliveries(transaction, channelId);
    for (const { answer, ...key } of await transaction.all<Answer>(statements.readAnswers, { channelId })) {
      const forgotten = { ...parseJson<Session>(answer), metadata: {} };
      await transaction.all(statements.replaceAnswer, { ...key, answer: JSON.stringify(forgotten) });
    }
    return "erased";
  }, timeoutMs);

/** @returns whether there may be more messages */
const deleteMessages = async (database: Queryable, channelId: string): Promise<boolean> =>
  (await database.get<{ count: number }>(statements.deleteMessages, { channelId }))?.count === messagesAtOnce;

/** Deletes histories first, in several transactions. @returns how many endings were deleted */
export const deleteEndedBefore = async (
  database: PostgresDatabase,
  cutoff: number,
  limit: number,
): Promise<number> => {
  const channels = await database.all<{ channel_id: string }>(statements.oldChannels, { cutoff, limit });
  for (const { channel_id: channelId } of channels)
    while (await deleteOldMessages(database, channelId, cutoff));
  return await deleteEndings(database, cutoff, limit);
};

/** Locks the channel first, since a session may continue it at any time. @returns whether there may be more messages */
const deleteOldMessages = (database: PostgresDatabase, channelId: string, cutoff: number): Promise<boolean> =>
  database.transaction(async (transaction) => {
    if (!(await transaction.get(statements.lockChannel, { channelId }))) return false;
    if (!(await transaction.get(statements.isStillOld, { channelId, cutoff }))) return false;
    return await deleteMessages(transaction, channelId);
  }, timeoutMs);

const deleteEndings = (database: PostgresDatabase, cutoff: number, limit: number): Promise<number> =>
  database.transaction(async (transaction) => {
    const rows = await transaction.all<{ channel_id: string }>(statements.deleteEndings, { cutoff, limit });
    const channelIds = [...new Set(rows.map(({ channel_id }) => channel_id))].sort();
    for (const channelId of channelIds) {
      if (!(await transaction.get(statements.lockChannel, { channelId }))) continue;
      await transaction.all(statements.deleteIdleChannel, { channelId });
    }
    return rows.length;
  }, timeoutMs);

export const deleteIdempotencyKeysBefore = async (
  database: Queryable,
  cutoff: number,
  limit: number,
): Promise<number> => (await database.all(statements.deleteKeys, { cutoff, limit })).length;
