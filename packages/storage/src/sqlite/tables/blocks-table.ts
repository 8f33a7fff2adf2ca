import type { BlockPage, BlockRecord, BlockRequest, EndingRecord, PageRequest } from "@adjourn/sessions";
import { type BlockColumns, blockPageStatement, toBlockPage, toBlockRecord } from "../../rows/block-rows.js";
import type { SqliteConnection } from "../connection/connection.js";
import { endUserSessions } from "./endings-table.js";

const holds = "(until IS NULL OR until > :now)";

const statements = {
  read: `SELECT * FROM blocks WHERE user_key = :key AND ${holds}`,
  write: `INSERT INTO blocks (user_key, user_id, until, reason, blocked_at, actor)
    VALUES (:key, :userId, :until, :reason, :now, :actor)
    ON CONFLICT (user_key) DO UPDATE SET user_id = excluded.user_id, until = excluded.until,
      reason = excluded.reason, blocked_at = excluded.blocked_at, actor = excluded.actor
    RETURNING *`,
  remove: `DELETE FROM blocks WHERE user_key = :key AND ${holds}`,
  deleteEnded: `DELETE FROM blocks WHERE user_key IN (
      SELECT user_key FROM blocks WHERE until <= :now ORDER BY until LIMIT :limit)`,
} as const;

/** The block that holds for a user. */
export const readBlock = (
  connection: SqliteConnection,
  userId: string,
  now: number,
): BlockRecord | undefined => {
  const row = connection.get<BlockColumns>(statements.read, { key: userId.toLowerCase(), now });
  return row && toBlockRecord(row);
};

/** Within a transaction, like all that follow. */
export const blockUser = (
  connection: SqliteConnection,
  { userId, until, reason, caller }: BlockRequest,
  now: number,
): { block: BlockRecord; endings: EndingRecord[] } => {
  const block = { key: userId.toLowerCase(), userId, until, reason, actor: caller.actor, now };
  const row = connection.get<BlockColumns>(statements.write, block);
  if (!row) throw new Error("The database returned no block");
  const end = { cause: "blocked", reason, caller } as const;
  return { block: toBlockRecord(row), endings: endUserSessions(connection, userId, end, now) };
};

export const unblockUser = (connection: SqliteConnection, userId: string, now: number): boolean =>
  connection.run(statements.remove, { key: userId.toLowerCase(), now }) > 0;

export const listBlocks = (connection: SqliteConnection, page: PageRequest, now: number): BlockPage => {
  const { sql, parameters } = blockPageStatement(page, ":now");
  return toBlockPage(connection.all<BlockColumns>(sql, { ...parameters, now }), page);
};

export const deleteEndedBlocks = (connection: SqliteConnection, limit: number, now: number): number =>
  connection.run(statements.deleteEnded, { limit, now });
