import type { EndingFilter, PagePosition, PageRequest } from "@adjourn/sessions";
import type { SessionColumns } from "../rows/session-rows.js";

/** Conditions joined by AND, and their parameters. */
export interface Conditions {
  readonly sql: readonly string[];
  readonly parameters: Readonly<Record<string, string | number>>;
}

/** A list of rows by this time and then by the session's id: by expiry the soonest first, else the newest first. */
export interface List {
  readonly table: "sessions" | "endings";
  readonly columns: string;
  readonly time: "created_at" | "ended_at" | "expires_at";
  readonly conditions: Conditions;
}

/** Greater than any character of an id: ids with a prefix lie between the prefix and the prefix followed by this. */
export const lastCharacter = "\u{10FFFF}";

/** The statement that reads a page, in both databases; it reads one row more, to know whether there is a next page. */
export const pageStatement = (
  { table, columns, time, conditions }: List,
  { limit, after }: PageRequest,
): { readonly sql: string; readonly parameters: Conditions["parameters"] } => {
  const [direction, follows] = time === "expires_at" ? ["ASC", ">"] : ["DESC", "<"];
  const behind = after ? [`(${time}, session_id) ${follows} (:afterTime, :afterId)`] : [];
  const where = [...conditions.sql, ...behind].join(" AND ") || "true";
  return {
    sql: `SELECT ${columns} FROM ${table} WHERE ${where} ORDER BY ${time} ${direction}, session_id ${direction} LIMIT :limit`,
    parameters: {
      ...conditions.parameters,
      ...(after ? { afterTime: after.time, afterId: after.id } : {}),
      limit: limit + 1,
    },
  };
};

/** The columns of a session that a list is ordered by. */
export const sessionOrders = {
  createdAt: { time: "created_at", timeOf: (row: SessionColumns) => row.created_at },
  expiresAt: { time: "expires_at", timeOf: (row: SessionColumns) => row.expires_at },
} as const;

/** The conditions of the filters that both databases compare alike. */
export const plainConditions = (
  time: "created_at" | "ended_at",
  { cause, actor, from, to }: Pick<EndingFilter, "cause" | "actor" | "from" | "to">,
): Conditions => {
  const given = Object.entries({ cause, actor, from, to }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const conditions: Readonly<Record<string, string>> = {
    cause: "cause = :cause",
    actor: "actor = :actor",
    from: `${time} >= :fromTime`,
    to: `${time} < :toTime`,
  };
  return {
    sql: given.flatMap(([name]) => conditions[name] ?? []),
    // The search has parameters of the names `from` and `to`.
    parameters: Object.fromEntries(
      given.map(([name, value]) => [name === "from" || name === "to" ? `${name}Time` : name, value]),
    ),
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
