import type {
  EndingCause,
  EndingPage,
  ListFilter,
  PageRequest,
  SessionPage,
  SessionStats,
} from "@adjourn/sessions";
import { type Conditions, type List, lastCharacter, pageStatement, toPage } from "../list-page.js";
import { type EndingColumns, type SessionColumns, toEndingRecord, toSession } from "../rows.js";
import type { Parameters, SqliteConnection } from "./connection.js";
import { sessionColumns } from "./sessions-table.js";

const statements = {
  all: "SELECT count(*) AS total FROM sessions",
  expired: "SELECT count(*) AS total FROM sessions WHERE expires_at <= :now",
  /** Near their expiry: the warning was given, or is due. */
  warned: "SELECT count(*) AS total FROM sessions WHERE warn_at IS NULL",
  warnable: "SELECT count(*) AS total FROM sessions WHERE warn_at <= :now",
} as const;

const count = (connection: SqliteConnection, sql: string, parameters: Parameters): number =>
  connection.get<{ total: number }>(sql, parameters)?.total ?? 0;

const readStats = (connection: SqliteConnection, now: number): SessionStats => {
  const expired = count(connection, statements.expired, { now });
  return { active: count(connection, statements.all, {}) - expired, expired };
};

/** Every expired session is also near its expiry, so the live ones near it are the difference. */
export const countSessions = (
  connection: SqliteConnection,
  now: number,
): SessionStats & { readonly expiringSoon: number } => {
  const stats = readStats(connection, now);
  const near = count(connection, statements.warned, {}) + count(connection, statements.warnable, { now });
  return { ...stats, expiringSoon: near - stats.expired };
};

/** The ranges of the ids that start with `:from`. Session and channel ids are lower case, agent and user ids are not. */
const startRanges = {
  sessions: [
    "session_id >= lower(:from) AND session_id < lower(:to)",
    // A session without its channel has expired, and is not listed.
    "holds_channel = 1 AND channel_id >= lower(:from) AND channel_id < lower(:to)",
    "agent_id >= :from COLLATE NOCASE AND agent_id < :to COLLATE NOCASE",
    "user_id >= :from COLLATE NOCASE AND user_id < :to COLLATE NOCASE",
  ],
  endings: [
    "session_id >= lower(:from) AND session_id < lower(:to)",
    ...["channel_id", "agent_id", "user_id"].map(
      (column) => `${column} >= :from COLLATE NOCASE AND ${column} < :to COLLATE NOCASE`,
    ),
  ],
} as const;

/**
 * A search is four index range scans, not a LIKE over every row.
 * Filters compare twice: case-insensitively, which the NOCASE indexes serve, and exactly.
 */
const conditionsOf = (
  table: "sessions" | "endings",
  filter: ListFilter & { cause?: EndingCause },
): Conditions => {
  const sql: string[] = [];
  const parameters: Record<string, string> = {};
  const add = (condition: string, values: Record<string, string>): void => {
    sql.push(condition);
    Object.assign(parameters, values);
  };
  const { agentId, userId, search, cause } = filter;
  if (agentId !== undefined) add("agent_id = :agentId COLLATE NOCASE AND agent_id = :agentId", { agentId });
  if (userId !== undefined) add("user_id = :userId COLLATE NOCASE AND user_id = :userId", { userId });
  if (cause !== undefined) add("cause = :cause", { cause });
  if (search) {
    const starts = startRanges[table].map((range) => `SELECT rowid FROM ${table} WHERE ${range}`);
    add(`rowid IN (${starts.join(" UNION ")})`, { from: search, to: `${search}${lastCharacter}` });
  }
  return { sql, parameters };
};

const readPage = <Row extends { readonly session_id: string }>(
  connection: SqliteConnection,
  list: List,
  page: PageRequest,
  timeOf: (row: Row) => number,
): ReturnType<typeof toPage<Row>> => {
  const { sql, parameters } = pageStatement(list, page);
  return toPage(connection.all<Row>(sql, parameters), page, timeOf);
};

/** All matching sessions minus the expired ones, both from covering indexes, so that no live row is read. */
const countLive = (connection: SqliteConnection, { sql, parameters }: Conditions, now: number): number => {
  const where = sql.join(" AND ");
  const all = `SELECT count(*) AS total FROM sessions WHERE ${where}`;
  const expired = `SELECT count(*) AS total FROM sessions INDEXED BY sessions_by_expiry
    WHERE ${where} AND expires_at <= :now`;
  return count(connection, all, parameters) - count(connection, expired, { ...parameters, now });
};

export const listSessions = (
  connection: SqliteConnection,
  filter: ListFilter,
  page: PageRequest,
  now: number,
): SessionPage => {
  const matching = conditionsOf("sessions", filter);
  const conditions = {
    sql: [...matching.sql, "expires_at > :now"],
    parameters: { ...matching.parameters, now },
  };
  const { rows, next } = readPage<SessionColumns>(
    connection,
    { table: "sessions", columns: sessionColumns, time: "created_at", conditions },
    page,
    (row) => row.created_at,
  );
  const stats = readStats(connection, now);
  const total = matching.sql.length === 0 ? stats.active : countLive(connection, matching, now);
  return { sessions: rows.map(toSession), total, stats, next };
};

export const listEndings = (
  connection: SqliteConnection,
  filter: ListFilter & { readonly cause?: EndingCause | undefined },
  page: PageRequest,
): EndingPage => {
  const { rows, next } = readPage<EndingColumns>(
    connection,
    { table: "endings", columns: "*", time: "ended_at", conditions: conditionsOf("endings", filter) },
    page,
    (row) => row.ended_at,
  );
  return { endings: rows.map(toEndingRecord), next };
};
