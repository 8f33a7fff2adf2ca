import type { EraseUserOutcome } from "@adjourn/sessions";
import type { PostgresDatabase } from "../connection/database.js";
import { eraseChannel, StillLive } from "./retention.js";

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
  /** Also of sessions whose channels are too new to be locked. Waits for renewals like that of a channel's erasure. */
  forgetMetadata: `UPDATE sessions SET metadata = '{}' WHERE ${ofUser} RETURNING expires_at > adjourn_now() AS is_live`,
} as const;

const timeoutMs = 60_000;

/** Closes all channels of the user in one transaction, and then erases one after the other. */
export const eraseUser = async (database: PostgresDatabase, userId: string): Promise<EraseUserOutcome> => {
  try {
    let channels = 0;
    for (const channelId of await closeChannels(database, userId))
      if ((await eraseChannel(database, channelId)) === "erased") channels += 1;
    return { outcome: "erased", channels };
  } catch (error) {
    if (error instanceof StillLive) return { outcome: "in_use" };
    throw error;
  }
};

/** @throws StillLive */
const closeChannels = (database: PostgresDatabase, userId: string): Promise<readonly string[]> =>
  database.transaction(async (transaction) => {
    const locked = await transaction.all<{ id: string }>(statements.lockChannels, { userId });
    // A statement of its own: it sees the sessions that were created until the locks were held.
    const channelIds = JSON.stringify(locked.map(({ id }) => id));
    const closed = await transaction.all<{ id: string }>(statements.closeChannels, { userId, channelIds });
    if (closed.length < locked.length) throw new StillLive();
    const sessions = await transaction.all<{ is_live: boolean }>(statements.forgetMetadata, { userId });
    if (sessions.some(({ is_live }) => is_live)) throw new StillLive();
    return closed.map(({ id }) => id);
  }, timeoutMs);
