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
import { warningTime } from "../../sql/timeout-rules.js";
import type { Queryable } from "../connection/queryable.js";
import { hasExpired, readClock, sameIdInAnyCase } from "../tables/sessions-table.js";
import { havingWords } from "./search-index.js";

const isNear = `${warningTime("expires_at", "warning_threshold_minutes")} <= :now`;

const countAll = `SELECT (SELECT count(*) FROM sessions) AS all,
  (SELECT count(*) FROM sessions WHERE ${hasExpired(":now")}) AS expired,
  (SELECT count(*) FROM sessions WHERE is_warned AND ${isNear})
    + (SELECT count(*) FROM sessions WHERE NOT is_warned AND due_at <= :now AND ${isNear}) AS near`;

/** Every expired session is also near its expiry, so the live ones near it are the difference. */
const countAt = async (
  database: Queryable,
  now: number,
): Promise<SessionStats & { readonly expiringSoon: number }> => {
  const counts = await database.get<{ all: number; expired: number; near: number }>(countAll, { now });
  const { all, expired, near } = counts ?? { all: 0, expired: 0, near: 0 };
  return { active: all - expired, expired, expiringSoon: near - expired };
};

export const countSessions = async (database: Queryable): ReturnType<typeof countAt> =>
  countAt(database, await readClock(database));

/** A search is four index range scans by prefix, not a LIKE over every row. */
const conditionsOf = (
  time: "created_at" | "ended_at",
  filter: EndingFilter & SessionListFilter,
): Conditions => {
  const plain = plainConditions(time, filter);
  const sql = [...plain.sql];
  const parameters: Record<string, string | number> = { ...plain.parameters };
  const add = (condition: string, values: Record<string, string>): void => {
    sql.push(condition);
    Object.assign(parameters, values);
  };
  const { agentId, userId, search, words, sessionIds, isReplying } = filter;
  if (agentId !== undefined) add(sameIdInAnyCase("agent_id", ":agentId"), { agentId });
  if (userId !== undefined) add(sameIdInAnyCase("user_id", ":userId"), { userId });
  if (isReplying) sql.push(hasPendingReply(":now"));
  if (sessionIds)
    // Not an array: Postgres would compare each row with one after the other of its elements.
    add("session_id IN (SELECT json_array_elements_text(:sessionIds::text::json))", {
      sessionIds: JSON.stringify(sessionIds),
    });
  if (search) {
    // The ids of sessions are lower case.
    const starts = ["session_id", "lower(channel_id)", "lower(agent_id)", "lower(user_id)"].map(
      (id) => `(${id} >= lower(:from) AND ${id} < lower(:to))`,
    );
    add(`(${starts.join(" OR ")})`, { from: search, to: `${search}${lastCharacter}` });
  }
  if (words) {
    // The ids of channels are lower case. A session without its channel has expired, and is not listed.
    if (time === "created_at") sql.push("holds_channel");
    const having = havingWords(
      time === "created_at" ? "sessions.channel_id" : "lower(endings.channel_id)",
      words,
    );
    sql.push(...having.sql);
    Object.assign(parameters, having.parameters);
  }
  return { sql, parameters };
};

const readPage = async <Row extends { readonly session_id: string }>(
  database: Queryable,
  list: List,
  page: PageRequest,
  timeOf: (row: Row) => number,
): Promise<ReturnType<typeof toPage<Row>>> => {
  const { sql, parameters } = pageStatement(list, page);
  return toPage(await database.all<Row>(sql, parameters), page, timeOf);
};

export const listSessions = async (
  database: Queryable,
  filter: SessionListFilter,
  page: SessionPageRequest,
): Promise<SessionPage> => {
  const matching = conditionsOf("created_at", filter);
  const { time, timeOf } = sessionOrders[page.sort ?? "createdAt"];
  const now = await readClock(database);
  const conditions = {
    sql: [...matching.sql, "expires_at > :now"],
    parameters: { ...matching.parameters, now },
  };
  // All matching sessions minus the expired ones: a count of the live ones alone could read every live row.
  const all = `SELECT count(*) FROM sessions WHERE ${matching.sql.join(" AND ")}`;
  const counting = `SELECT (${all}) - (${all} AND ${hasExpired(":now")}) AS total`;
  const [{ rows, next }, { active, expired }, counted] = await Promise.all([
    readPage<SessionColumns>(database, { table: "sessions", columns: "*", time, conditions }, page, timeOf),
    countAt(database, now),
    matching.sql.length === 0 ? null : database.get<{ total: number }>(counting, conditions.parameters),
  ]);
  const total = counted === null ? active : (counted?.total ?? 0);
  return { sessions: rows.map(toSession), total, stats: { active, expired }, next };
};

export const listEndings = async (
  database: Queryable,
  filter: EndingFilter,
  page: PageRequest,
): Promise<EndingPage> => {
  const { rows, next } = await readPage<EndingColumns>(
    database,
    { table: "endings", columns: "*", time: "ended_at", conditions: conditionsOf("ended_at", filter) },
    page,
    (row) => row.ended_at,
  );
  return { endings: rows.map(toEndingRecord), next };
};
