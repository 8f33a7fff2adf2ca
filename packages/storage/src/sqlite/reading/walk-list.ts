import type { PagePosition, PageRequest } from "@adjourn/sessions";
import { type Conditions, type List, pageStatement, toPage } from "../../sql/list-page.js";
import type { SqliteConnection } from "../connection/connection.js";
import { hasWords, nextTurn } from "./search-index.js";

export type Read = <Result>(work: (connection: SqliteConnection, now: number) => Result) => Promise<Result>;

/** Rows that are compared with the words in one turn of the event loop. */
const rowsPerTurn = 1_000;

const and = (list: List, condition: string, values: Conditions["parameters"] = {}): List => ({
  ...list,
  conditions: {
    sql: [...list.conditions.sql, condition],
    parameters: { ...list.conditions.parameters, ...values },
  },
});

/**
 * Goes through a list from the newest row, as many rows in a turn as do not hold up other calls. `use` gets the rows of a turn that
 * contain the words, as the part of the list that follows a position. It returns whether to go on.
 */
const walk = async (
  read: Read,
  list: List,
  first: PagePosition | undefined,
  use: (connection: SqliteConnection, part: List, after: PagePosition | undefined) => boolean,
): Promise<void> => {
  for (let after = first; ; await nextTurn()) {
    const from = after;
    after = await read((db) => {
      const columns = `${list.time} AS time, session_id AS id`;
      const { sql, parameters } = pageStatement({ ...list, columns }, { limit: 0, after: from });
      const last = db.get<PagePosition>(`${sql} OFFSET ${rowsPerTurn - 1}`, parameters);
      const part = last
        ? and(list, `(${list.time}, session_id) >= (:lastTime, :lastId)`, {
            lastTime: last.time,
            lastId: last.id,
          })
        : list;
      return use(db, and(part, hasWords(list.table)), from) ? last : undefined;
    });
    if (!after) return;
  }
};

/** The page of rows that contain the parameter `words`. */
export const walkPage = async <Row extends { readonly session_id: string }>(
  read: Read,
  list: List,
  page: PageRequest,
  timeOf: (row: Row) => number,
): Promise<ReturnType<typeof toPage<Row>>> => {
  const rows: Row[] = [];
  await walk(read, list, page.after, (db, part, after) => {
    const { sql, parameters } = pageStatement(part, { limit: page.limit - rows.length, after });
    rows.push(...db.all<Row>(sql, parameters));
    return rows.length <= page.limit;
  });
  return toPage(rows, page, timeOf);
};

/** How many rows of the list contain the parameter `words`. */
export const walkTotal = async (read: Read, list: List): Promise<number> => {
  let total = 0;
  await walk(read, { ...list, columns: "1" }, undefined, (db, part, after) => {
    const { sql, parameters } = pageStatement(part, { limit: rowsPerTurn, after });
    const counted = db.get<{ total: number }>(`SELECT count(*) AS total FROM (${sql}) AS part`, parameters);
    total += counted?.total ?? 0;
    return true;
  });
  return total;
};
