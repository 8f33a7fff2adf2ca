import type { BlockPage, BlockRecord, PageRequest } from "@adjourn/sessions";

export interface BlockColumns {
  /** The user's id in lower case. */
  readonly user_key: string;
  readonly user_id: string;
  readonly until: number | null;
  readonly reason: string | null;
  readonly blocked_at: number;
  readonly actor: string | null;
}

export const toBlockRecord = (row: BlockColumns): BlockRecord => ({
  userId: row.user_id,
  until: row.until,
  reason: row.reason,
  blockedAt: row.blocked_at,
  actor: row.actor,
});

/** The statement that reads a page in both databases, and one row more; `now` is SQL. */
export const blockPageStatement = (
  { limit, after }: PageRequest,
  now: string,
): { readonly sql: string; readonly parameters: Readonly<Record<string, string | number>> } => ({
  sql: `SELECT * FROM blocks WHERE (until IS NULL OR until > ${now})
    ${after ? "AND (blocked_at, user_key) < (:afterTime, :afterId)" : ""}
    ORDER BY blocked_at DESC, user_key DESC LIMIT :limit`,
  parameters: { ...(after ? { afterTime: after.time, afterId: after.id } : {}), limit: limit + 1 },
});

export const toBlockPage = (rows: readonly BlockColumns[], { limit }: PageRequest): BlockPage => {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    blocks: shown.map(toBlockRecord),
    next: last && rows.length > limit ? { time: last.blocked_at, id: last.user_key } : null,
  };
};
