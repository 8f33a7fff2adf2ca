import type { BlockPage, BlockRecord, BlockRequest, EndingRecord, PageRequest } from "@adjourn/sessions";
import { type BlockColumns, blockPageStatement, toBlockPage, toBlockRecord } from "../../rows/block-rows.js";
import type { PostgresDatabase } from "../connection/database.js";
import type { Queryable } from "../connection/queryable.js";
import { endUserSessions } from "./endings-table.js";

const statements = {
  lock: "SELECT pg_advisory_xact_lock(adjourn_block_lock(:key))",
  read: "SELECT * FROM adjourn_block(:key)",
  write: `INSERT INTO blocks (user_key, user_id, until, reason, blocked_at, actor)
    VALUES (:key, :userId, :until::bigint, :reason, adjourn_now(), :actor)
    ON CONFLICT (user_key) DO UPDATE SET user_id = excluded.user_id, until = excluded.until,
      reason = excluded.reason, blocked_at = excluded.blocked_at, actor = excluded.actor
    RETURNING *`,
  remove: "DELETE FROM blocks WHERE user_key = :key AND (until IS NULL OR until > adjourn_now()) RETURNING 1",
  deleteEnded: `WITH ended AS MATERIALIZED (
      SELECT user_key FROM blocks WHERE until <= adjourn_now() ORDER BY until LIMIT :limit FOR UPDATE SKIP LOCKED)
    DELETE FROM blocks USING ended WHERE blocks.user_key = ended.user_key RETURNING 1`,
} as const;

/** Time limit for ending the sessions of one user, however many there are. */
const timeoutMs = 60_000;

/**
 * The block that holds for a user. Within a transaction, a block that is written later waits for its end, and finds the
 * session that it creates.
 */
export const readBlock = async (database: Queryable, userId: string): Promise<BlockRecord | undefined> => {
  const row = await database.get<BlockColumns>(statements.read, { key: userId.toLowerCase() });
  return row && toBlockRecord(row);
};

/** The lock is a statement of its own: what follows sees every create that held it before. */
export const blockUser = (
  database: PostgresDatabase,
  { userId, until, reason, caller }: BlockRequest,
): Promise<{ block: BlockRecord; endings: EndingRecord[] }> =>
  database.transaction(async (transaction) => {
    const key = userId.toLowerCase();
    await transaction.all(statements.lock, { key });
    const block = { key, userId, until, reason, actor: caller.actor };
    const row = await transaction.get<BlockColumns>(statements.write, block);
    if (!row) throw new Error("The database returned no block");
    return { block: toBlockRecord(row), endings: await endUserSessions(transaction, userId, reason, caller) };
  }, timeoutMs);

export const unblockUser = async (database: Queryable, userId: string): Promise<boolean> =>
  (await database.get(statements.remove, { key: userId.toLowerCase() })) !== undefined;

export const listBlocks = async (database: Queryable, page: PageRequest): Promise<BlockPage> => {
  const { sql, parameters } = blockPageStatement(page, "(SELECT adjourn_now())");
  return toBlockPage(await database.all<BlockColumns>(sql, parameters), page);
};

export const deleteEndedBlocks = async (database: Queryable, limit: number): Promise<number> =>
  (await database.all(statements.deleteEnded, { limit })).length;
