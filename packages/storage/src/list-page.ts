import type { PagePosition, PageRequest } from "@adjourn/sessions";

/** Conditions joined by AND, and their parameters. */
export interface Conditions {
  readonly sql: readonly string[];
  readonly parameters: Readonly<Record<string, string | number>>;
}

/** A list of rows, newest first, by this time and then by the session's id. */
export interface List {
  readonly table: "sessions" | "endings";
  readonly columns: string;
  readonly time: "created_at" | "ended_at";
  readonly conditions: Conditions;
}

/** Greater than any character of an id: ids with a prefix lie between the prefix and the prefix followed by this. */
export const lastCharacter = "\u{10FFFF}";

/** The statement that reads a page, in both databases; it reads one row more, to know whether there is a next page. */
export const pageStatement = (
  { table, columns, time, conditions }: List,
  { limit, after }: PageRequest,
): { readonly sql: string; readonly parameters: Conditions["parameters"] } => {
  const behind = after ? [`(${time}, session_id) < (:afterTime, :afterId)`] : [];
  const where = [...conditions.sql, ...behind].join(" AND ") || "true";
  return {
    sql: `SELECT ${columns} FROM ${table} WHERE ${where} ORDER BY ${time} DESC, session_id DESC LIMIT :limit`,
    parameters: {
      ...conditions.parameters,
      ...(after ? { afterTime: after.time, afterId: after.id } : {}),
      limit: limit + 1,
    },
  };
};

/** The page of these rows, and where the next one begins. */
export const toPage = <Row extends { readonly session_id: string }>(
  rows: readonly Row[],
  { limit }: PageRequest,
  timeOf: (row: Row) => number,
): { readonly rows: readonly Row[]; readonly next: PagePosition | null } => {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    rows: shown,
    next: last && rows.length > limit ? { time: timeOf(last), id: last.session_id } : null,
  };
};
