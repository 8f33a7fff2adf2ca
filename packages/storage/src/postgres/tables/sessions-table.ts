import type {
  GoneOutcome,
  HeartbeatOutcome,
  RenewOutcome,
  Session,
  TimeoutConfigInput,
  UpdateTimeoutOutcome,
} from "@adjourn/sessions";
import {
  type EndingColumns,
  type SessionColumns,
  toEndingRecord,
  toSession,
} from "../../rows/session-rows.js";
import {
  type Assignments,
  autoRenews,
  changeTimeout,
  isBelowCap,
  isDurationLongEnough,
  recordActivity,
  renewedExpiry,
  setEach,
} from "../../sql/timeout-rules.js";
import type { Queryable } from "../connection/queryable.js";
import { withDeliveries } from "./webhook-outbox.js";

/** Evaluated for each row once its lock is held. */
export const isLive = "session_id = :sessionId AND expires_at > adjourn_now()";

/** A comparison of ids without regard to case, which an index serves. */
export const sameIdInAnyCase = (column: string, id: string): string => `lower(${column}) = lower(${id})`;

/** An exact comparison, which the same index serves. */
export const sameId = (column: string, id: string): string =>
  `${sameIdInAnyCase(column, id)} AND ${column} = ${id}`;

/** The time at which the statement began: a constant, so that an index can be searched by it. */
export const statementStart = "(SELECT adjourn_now())";

/** The value of `due_at` for a row with this expiry and this time of its warning, of which the latter may be null. */
export const dueAt = (expiresAt: string, warnAt: string): string => `least(${expiresAt}, ${warnAt})`;

/** Renewal leaves `due_at` as it is, since it must not change an index, unless it would be too late. */
const withDue = (assignments: Assignments): Assignments => ({
  ...assignments,
  due_at: `least(due_at, ${dueAt(`(${assignments.expires_at})`, `(${assignments.warn_at})`)})`,
});

/** Whether a row has expired; the index by `due_at` finds those that may have. */
export const hasExpired = (now: string): string => `due_at <= ${now} AND expires_at <= ${now}`;

/** Records activity, and renews where `renews` holds. All values come from one reading of the clock. */
export const activity = (renews: string = autoRenews): string => {
  const assignments = withDue(recordActivity("at.now", "at.expiry", renews));
  return `(${Object.keys(assignments).join(", ")}) = (
    SELECT ${Object.values(assignments).join(", ")}
    FROM (SELECT clock.now, ${renewedExpiry("least", "clock.now")} AS expiry
      FROM (SELECT adjourn_now() AS now) AS clock) AS at)`;
};

const postponedAtOnce = 1_000;

const statements = {
  readLive: `SELECT * FROM sessions WHERE ${isLive}`,
  readExpiry: "SELECT expires_at FROM sessions WHERE session_id = :sessionId",
  readEnding: "SELECT * FROM endings WHERE session_id = :sessionId",
  readLiveOf: `SELECT * FROM sessions
    WHERE session_id = ANY (ARRAY(SELECT json_array_elements_text(:sessionIds::text::json)))
      AND expires_at > adjourn_now()`,
  readLastSeqs: `SELECT session_id, last_seq FROM sessions
    WHERE session_id = ANY (ARRAY(SELECT json_array_elements_text(:sessionIds::text::json)))
      AND expires_at > adjourn_now()`,
  readHolder: `SELECT session_id FROM sessions
    WHERE channel_id = :channelId AND holds_channel AND expires_at > adjourn_now()`,
  renew: `UPDATE sessions SET ${activity("true")} WHERE ${isLive} AND ${isBelowCap} RETURNING *`,
  heartbeat: `UPDATE sessions SET ${activity()} WHERE ${isLive} RETURNING *`,
  updateTimeout: `UPDATE sessions SET ${setEach(withDue(changeTimeout("least", "adjourn_now()")))}
    WHERE ${isLive} AND ${isDurationLongEnough} RETURNING *`,
  claimWarnings: `WITH due AS MATERIALIZED (
      SELECT session_id FROM sessions
      WHERE due_at <= ${statementStart} AND warn_at <= ${statementStart} AND expires_at > ${statementStart}
      ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    UPDATE sessions SET warn_at = NULL, due_at = expires_at FROM due WHERE sessions.session_id = due.session_id RETURNING sessions.*`,
  /** The minimum comes from an index; for an EXISTS, Postgres would read the whole table. */
  readDue: `SELECT now, coalesce((SELECT min(due_at) FROM sessions) <= now, false) AS "mayBeDue"
    FROM (SELECT adjourn_now() AS now) AS clock`,
  /** Sessions that were renewed since `due_at` was set. */
  postpone: `WITH early AS MATERIALIZED (
      SELECT session_id FROM sessions
      WHERE due_at <= ${statementStart} AND ${dueAt("expires_at", "warn_at")} > ${statementStart}
      ORDER BY due_at LIMIT ${postponedAtOnce} FOR UPDATE SKIP LOCKED)
    UPDATE sessions SET due_at = ${dueAt("expires_at", "warn_at")} FROM early
    WHERE sessions.session_id = early.session_id RETURNING 1`,
} as const;

export const readLive = async (database: Queryable, sessionId: string): Promise<Session | undefined> => {
  const row = await database.get<SessionColumns>(statements.readLive, { sessionId });
  return row && toSession(row);
};

export const readLiveOf = async (database: Queryable, sessionIds: readonly string[]): Promise<Session[]> => {
  const rows = await database.all<SessionColumns>(statements.readLiveOf, {
    sessionIds: JSON.stringify(sessionIds),
  });
  return rows.map(toSession);
};

export const readLastSeqs = async (
  database: Queryable,
  sessionIds: readonly string[],
): Promise<Map<string, number>> => {
  const ids = { sessionIds: JSON.stringify(sessionIds) };
  const rows = await database.all<{ session_id: string; last_seq: number }>(statements.readLastSeqs, ids);
  return new Map(rows.map(({ session_id, last_seq }) => [session_id, last_seq]));
};

export const readChannelHolder = async (database: Queryable, channelId: string): Promise<string | null> =>
  (await database.get<{ session_id: string }>(statements.readHolder, { channelId }))?.session_id ?? null;

/** What is known of a session that is not live. An ending is written when the row is deleted, so it is read second. */
export const readGone = async (database: Queryable, sessionId: string): Promise<GoneOutcome> => {
  const row = await database.get<{ expires_at: number }>(statements.readExpiry, { sessionId });
  if (row) return { outcome: "gone", gone: { state: "expired", expiresAt: row.expires_at } };
  const ending = await database.get<EndingColumns>(statements.readEnding, { sessionId });
  const gone = ending
    ? ({ state: "ended", ending: toEndingRecord(ending) } as const)
    : { state: "unknown" as const };
  return { outcome: "gone", gone };
};

export const renewSession = async (database: Queryable, sessionId: string): Promise<RenewOutcome> => {
  const row = await database.get<SessionColumns>(statements.renew, { sessionId });
  if (row) return { outcome: "renewed", session: toSession(row) };
  const session = await readLive(database, sessionId);
  return session ? { outcome: "at_maximum", session } : readGone(database, sessionId);
};

export const recordHeartbeat = async (database: Queryable, sessionId: string): Promise<HeartbeatOutcome> => {
  const row = await database.get<SessionColumns>(statements.heartbeat, { sessionId });
  if (!row) return readGone(database, sessionId);
  return { outcome: "recorded", session: toSession(row), wasRenewed: Boolean(row.was_renewed) };
};

export const updateTimeout = async (
  database: Queryable,
  sessionId: string,
  change: TimeoutConfigInput,
): Promise<UpdateTimeoutOutcome> => {
  const row = await database.get<SessionColumns>(statements.updateTimeout, {
    sessionId,
    timeout_minutes: change.timeoutMinutes ?? null,
    auto_renew: change.autoRenew ?? null,
    max_duration_minutes: change.maxDurationMinutes ?? null,
    warning_threshold_minutes: change.warningThresholdMinutes ?? null,
  });
  if (row) return { outcome: "updated", session: toSession(row) };
  const session = await readLive(database, sessionId);
  if (!session) return readGone(database, sessionId);
  const named = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return { outcome: "duration_too_short", timeoutConfig: { ...session.timeoutConfig, ...named } };
};

export const claimWarnings = async (database: Queryable, limit: number): Promise<Session[]> =>
  (
    await database.all<SessionColumns>(
      withDeliveries(database, "session.expiring", statements.claimWarnings, "UPDATE sessions"),
      { limit },
    )
  ).map(toSession);

/**
 * The database's clock (ms), for statements that take it as a parameter: with a volatile expression the planner assumes
 * that a third of all sessions has expired, and reads them all.
 */
export const readClock = async (database: Queryable): Promise<number> =>
  (await database.get<{ now: number }>("SELECT adjourn_now() AS now"))?.now ?? 0;

/** Moves `due_at` forward where nothing is due, so that only what is due remains before now. */
const postponeRenewed = async (database: Queryable): Promise<void> => {
  while ((await database.all(statements.postpone)).length === postponedAtOnce);
};

/** The database's time (ms), and whether an expiry or a warning may be due: {@link confirmDue} makes sure. */
export const readDue = async (database: Queryable): Promise<{ now: number; mayBeDue: boolean }> => {
  const row = await database.get<{ now: number; mayBeDue: boolean }>(statements.readDue);
  // Without this check one wrong answer would leave the store's clock without a time for good.
  if (!row || !Number.isFinite(row.now)) throw new Error("The database returned no time");
  return row;
};

/** Whether an expiry or a warning is due. */
export const confirmDue = async (database: Queryable): Promise<boolean> => {
  await postponeRenewed(database);
  return (await readDue(database)).mayBeDue;
};
