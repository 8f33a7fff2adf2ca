import type { EraseUserOutcome } from "@adjourn/sessions";
import type { PostgresDatabase } from "../connection/database.js";
import { eraseChannel } from "./retention.js";

const ofUser = "lower(user_id) = lower(:userId)";

const statements = {
  /** In one order for all, so that two erasures cannot deadlock. A create on one of the channels waits. */
  lockChannels: `SELECT id FROM channels WHERE id IN (
      SELECT channel_id FROM sessions WHERE ${ofUser} UNION SELECT channel_id FROM endings WHERE ${ofUser})
    ORDER BY id FOR UPDATE`,
  /** Closed channels keep no user, so that an interrupted erasure is found again by its endings. */
  closeChannels: `UPDATE channels SET user_id = ''
    WHERE id = ANY (ARRAY(SELECT json_array_elements_text(:channelIds::text::json)))
      AND NOT EXISTS (SELECT FROM sessions WHERE ${ofUser} AND expires_at > adjourn_now())
    RETURNING id`,
  readLive: `SELECT 1 FROM sessions WHERE ${ofUser} AND expires_at > adjourn_now() LIMIT 1`,
} as const;

const timeoutMs = 60_000;

/** Closes all channels of the user in one transaction, and then erases one after the other. */
export const eraseUser = async (database: PostgresDatabase, userId: string): Promise<EraseUserOutcome> => {
  const channelIds = await closeChannels(database, userId);
  if (channelIds === null) return { outcome: "in_use" };
  let channels = 0;
  for (const channelId of channelIds)
    if ((await eraseChannel(database, channelId)) === "erased") channels += 1;
  return { outcome: "erased", channels };
};

const closeChannels = (database: PostgresDatabase, userId: string): Promise<readonly string[] | null> =>
  database.transaction(async (transaction) => {
    const locked = await transaction.all<{ id: string }>(statements.lockChannels, { userId });
    // A statement of its own: it sees the sessions that were created until the locks were held.
    const channelIds = JSON.stringify(locked.map(({ id }) => id));
    const closed = await transaction.all<{ id: string }>(statements.closeChannels, { userId, channelIds });
    if (closed.length < locked.length) return null;
    // The user may have a channel by now that is too new to be locked.
    if (locked.length === 0 && (await transaction.get(statements.readLive, { userId }))) return null;
    return closed.map(({ id }) => id);
  }, timeoutMs);
