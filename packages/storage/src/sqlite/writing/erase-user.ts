import type { SqliteConnection } from "../connection/connection.js";

const ofUser = "user_id = :userId COLLATE NOCASE";

const statements = {
  /** Closed channels keep no user, so that an interrupted erasure is found again by its endings. */
  closeChannels: `UPDATE channels SET user_id = '' WHERE id IN (
      SELECT channel_id FROM sessions WHERE ${ofUser} UNION SELECT channel_id FROM endings WHERE ${ofUser})
    AND NOT EXISTS (SELECT 1 FROM sessions WHERE ${ofUser} AND expires_at > :now)
    RETURNING id`,
  readLive: `SELECT 1 FROM sessions WHERE ${ofUser} AND expires_at > :now LIMIT 1`,
} as const;

/** Within a transaction. @returns the user's channels, which no session can continue any more; null if one is live */
export const closeUser = (
  connection: SqliteConnection,
  userId: string,
  now: number,
): readonly string[] | null => {
  const closed = connection.all<{ id: string }>(statements.closeChannels, { userId, now });
  if (closed.length === 0 && connection.get(statements.readLive, { userId, now })) return null;
  return closed.map(({ id }) => id);
};
