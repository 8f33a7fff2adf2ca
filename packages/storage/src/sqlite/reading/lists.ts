import type {
  EndingFilter,
  EndingPage,
  PageRequest,
  SessionListFilter,
  SessionPage,
  SessionPageRequest,
  SessionStats,
} from "@adjourn/sessions";
import {
  type EndingColumns,
  type SessionColumns,
  toEndingRecord,
  toSession,
} from "../../rows/session-rows.js";
import {
  type Conditions,
  type List,
  lastCharacter,
  pageStatement,
  plainConditions,
  sessionOrders,
  toPage,
} from "../../sql/list-page.js";
import { hasPendingReply } from "../../sql/reply-rules.js";
import type { Parameters, SqliteConnection } from "../connection/connection.js";
import { hasExpired, sessionColumns } from "../tables/sessions-table.js";
import { findConversations, hasWords, toAskedWords } from "./search-index.js";
import { readSoonest } from "./soonest-first.js";
import { type Read, walkPage, walkTotal } from "./walk-list.js";

const statements = {
  all: "SELECT count(*) AS total FROM sessions",
  expired: `SELECT count(*) AS total FROM sessions WHERE ${hasExpired}`,
  /** Near their expiry: the warning was given, or is due. */
  warned: "SELECT count(*) AS total FROM sessions WHERE warn_at IS NULL",
  warnable: "SELECT count(*) AS total FROM sessions WHERE due_at <= :now AND warn_at <= :now",
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

const numberOf = "search_conversations ON number = wanted.value";
const inConversations = {
  sessions: `rowid IN (SELECT found.rowid FROM json_each(:conversations) AS wanted CROSS JOIN ${numberOf}
    CROSS JOIN sessions AS found ON found.channel_id = search_conversations.channel_id AND found.holds_channel = 1)`,
  endings: `rowid IN (SELECT found.rowid FROM json_each(:conversations) AS wanted CROSS JOIN ${numberOf}
    CROSS JOIN endings AS found ON found.channel_id = search_conversations.channel_id COLLATE NOCASE
      AND found.channel_id = search_conversations.channel_id)`,
} as const;
/** A filter whose words were looked up. */
type Filter = EndingFilter & SessionListFilter & { readonly conversations: readonly number[] | undefined };

/** The rows of one user are compared without looking the words up. */
const withConversations = async <Given extends EndingFilter>(read: Read, filter: Given) => ({
  ...filter,
  conversations:
    filter.words && filter.userId === undefined ? await findConversations(read, filter.words) : undefined,
});

/** Whether the list has to be gone through row by row. */
const isWalked = ({ words, conversations }: Filter): boolean =>
  words !== undefined && conversations === undefined;

/**
 * A search is four index range scans, not a LIKE over every row.
 * Agents and users are compared without regard to case, which the NOCASE indexes serve.
 */
const conditionsOf = (
  table: "sessions" | "endings",
  filter: Filter,
  isByRow = isWalked(filter),
): Conditions => {
  const plain = plainConditions(table === "sessions" ? "created_at" : "ended_at", filter);
  const sql = [...plain.sql];
  const parameters: Record<string, string | number> = { ...plain.parameters };
  const add = (condition: string, values: Record<string, string>): void => {
    sql.push(condition);
    Object.assign(parameters, values);
  };
  const { agentId, userId, search, conversations, sessionIds, isReplying } = filter;
  if (agentId !== undefined) add("agent_id = :agentId COLLATE NOCASE", { agentId });
  if (userId !== undefined) add("user_id = :userId COLLATE NOCASE", { userId });
  if (isReplying) sql.push(hasPendingReply(":now"));
  if (sessionIds)
    add("session_id IN (SELECT value FROM json_each(:sessionIds))", {
      sessionIds: JSON.stringify(sessionIds),
    });
  if (search) {
    const ranges = { from: search, to: `${search}${lastCharacter}` };
    const starts = startRanges[table].map((range) => `SELECT rowid FROM ${table} WHERE ${range}`);
    // A walk judges each row by itself: the other form would find all rows again in every turn.
    const each = startRanges[table].map((range) => `(${range})`).join(" OR ");
    add(isByRow ? `iif(${each}, true, false)` : `rowid IN (${starts.join(" UNION ")})`, ranges);
  }
  if (filter.words) parameters.words = toAskedWords(filter.words);
  if (conversations) {
    add(inConversations[table], { conversations: JSON.stringify(conversations) });
    sql.push(hasWords(table));
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
  const expired = `SELECT count(*) AS total FROM sessions INDEXED BY sessions_by_due
    WHERE ${where} AND ${hasExpired}`;
  return count(connection, all, { ...parameters, now }) - count(connection, expired, { ...parameters, now });
};

/** Whether an index leads to the few rows that can match. */
const isNarrow = ({ userId, sessionIds, isReplying, conversations }: Filter): boolean =>
  userId !== undefined || sessionIds !== undefined || Boolean(isReplying) || conversations !== undefined;

const liveList = ({ sql, parameters }: Conditions, time: List["time"], now: number): List => ({
  table: "sessions",
  columns: sessionColumns,
  time,
  conditions: { sql: [...sql, "expires_at > :now"], parameters: { ...parameters, now } },
});

export const listSessions = async (
  read: Read,
  given: SessionListFilter,
  page: SessionPageRequest,
): Promise<SessionPage> => {
  const filter = await withConversations(read, given);
  const { time, timeOf } = sessionOrders[page.sort ?? "createdAt"];
  const matching = conditionsOf("sessions", filter);
  const isSoonest = time === "expires_at" && !isNarrow(filter);
  const countAll = (connection: SqliteConnection, now: number) => {
    const stats = readStats(connection, now);
    const total = matching.sql.length === 0 ? stats.active : countLive(connection, matching, now);
    return { total, stats };
  };
  if (!isSoonest && !isWalked(filter))
    return await read((connection, now) => {
      const list = liveList(matching, time, now);
      const { rows, next } = readPage<SessionColumns>(connection, list, page, timeOf);
      return { sessions: rows.map(toSession), next, ...countAll(connection, now) };
    });
  const now = await read((_, at) => at);
  const list = liveList(conditionsOf("sessions", filter, true), "created_at", now);
  const words = isWalked(filter) ? [hasWords("sessions")] : [];
  const { sql, parameters } = list.conditions;
  const { rows, next } = isSoonest
    ? await readSoonest(read, { sql: [...sql, ...words], parameters }, page)
    : await walkPage<SessionColumns>(read, list, page, timeOf);
  const counts = isWalked(filter)
    ? { total: await walkTotal(read, list), stats: await read(readStats) }
    : await read(countAll);
  return { sessions: rows.map(toSession), next, ...counts };
};

export const listEndings = async (
  read: Read,
  given: EndingFilter,
  page: PageRequest,
): Promise<EndingPage> => {
  const filter = await withConversations(read, given);
  const conditions = conditionsOf("endings", filter);
  const list: List = { table: "endings", columns: "*", time: "ended_at", conditions };
  const timeOf = (row: EndingColumns): number => row.ended_at;
  const { rows, next } = isWalked(filter)
    ? await walkPage(read, list, page, timeOf)
    : await read((connection) => readPage(connection, list, page, timeOf));
  return { endings: rows.map(toEndingRecord), next };
};
