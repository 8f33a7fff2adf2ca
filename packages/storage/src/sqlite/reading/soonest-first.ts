import type { PageRequest } from "@adjourn/sessions";
import type { SessionColumns } from "../../rows/session-rows.js";
import { type Conditions, toPage } from "../../sql/list-page.js";
import type { SqliteConnection } from "../connection/connection.js";
import { sessionColumns } from "../tables/sessions-table.js";
import { nextTurn } from "./search-index.js";
import type { Read } from "./walk-list.js";

/** A place in the index by `due_at`. */
interface Place {
  readonly due: number;
  readonly row: number;
}

const rowsPerTurn = 1_000;

const behind = "FROM sessions INDEXED BY sessions_by_due WHERE (due_at, rowid) > (:due, :row)";
const lastOfTurn = `SELECT due_at AS due, rowid AS row ${behind} ORDER BY due_at, rowid LIMIT 1 OFFSET ${rowsPerTurn - 1}`;

/** Reads the soonest of the rows behind `from` and up to `last`, or up to the end of the index. */
const readPart = (
  connection: SqliteConnection,
  { sql, parameters }: Conditions,
  { limit, after }: PageRequest,
  from: Place,
  last: Place | undefined,
): SessionColumns[] => {
  const until = last ? ["(due_at, rowid) <= (:lastDue, :lastRow)"] : [];
  const follows = after ? ["(expires_at, session_id) > (:afterTime, :afterId)"] : [];
  const where = [...until, ...sql, ...follows].map((condition) => ` AND ${condition}`).join("");
  return connection.all<SessionColumns>(
    `SELECT ${sessionColumns} ${behind}${where} ORDER BY expires_at, session_id LIMIT :limit`,
    {
      ...parameters,
      ...from,
      ...(last && { lastDue: last.due, lastRow: last.row }),
      ...(after && { afterTime: after.time, afterId: after.id }),
      limit: limit + 1,
    },
  );
};

const bySoonest = (a: SessionColumns, b: SessionColumns): number =>
  a.expires_at - b.expires_at || (a.session_id < b.session_id ? -1 : 1);

/**
 * A page of the sessions that expire soonest. No index contains the expiries, which every activity changes, but one contains
 * a lower bound of each. Sessions are read in that order, {@link rowsPerTurn} in a turn of the event loop, until no other
 * can expire sooner than those found.
 */
export const readSoonest = async (
  read: Read,
  conditions: Conditions,
  page: PageRequest,
): Promise<ReturnType<typeof toPage<SessionColumns>>> => {
  let found: readonly SessionColumns[] = [];
  for (let from: Place = { due: -1, row: 0 }; ; await nextTurn()) {
    const { rows, last } = await read((connection) => {
      const end = connection.get<Place>(lastOfTurn, { ...from });
      return { rows: readPart(connection, conditions, page, from, end), last: end };
    });
    // A session can move forward in the index meanwhile, and be read twice.
    const byId = new Map([...found, ...rows].map((row) => [row.session_id, row]));
    found = [...byId.values()].sort(bySoonest).slice(0, page.limit + 1);
    const worst = found[page.limit];
    if (!last || (worst && last.due > worst.expires_at)) break;
    from = last;
  }
  return toPage(found, page, (row) => row.expires_at);
};
