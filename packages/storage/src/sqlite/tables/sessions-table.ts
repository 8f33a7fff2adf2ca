import type {
  GoneOutcome,
  HeartbeatOutcome,
  RenewOutcome,
  Session,
  SessionDraft,
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
  autoRenews,
  changeTimeout,
  firstExpiry,
  isBelowCap,
  isDurationLongEnough,
  nextWarnAt,
  recordActivity,
  renewedExpiry,
  setEach,
  warningTime,
} from "../../sql/timeout-rules.js";
import type { Parameters, SqliteConnection } from "../connection/connection.js";
import { enqueueDeliveries } from "./webhook-outbox.js";

export const sessionColumns = `session_id, channel_id, agent_id, user_id, created_at, last_activity, expires_at,
  timeout_minutes, auto_renew, max_duration_minutes, warning_threshold_minutes, was_renewed, renewal_count,
  last_seq, last_at, message_count, input_tokens, output_tokens, metadata`;

export const isLive = "session_id = :sessionId AND expires_at > :now";

/** A warning comes before the expiry. */
const dueAt = "coalesce(warn_at, expires_at)";

/** Whether a row has expired; the index by `due_at` finds those that may have. */
export const hasExpired = "due_at <= :now AND expires_at <= :now";

const recordAndRenew = (renews: string): string =>
  `UPDATE sessions SET ${setEach(recordActivity(":now", renewedExpiry("min", ":now"), renews))}`;

/** Records activity, and renews where the session is set to and its cap is not reached. */
export const recordActivityOf = recordAndRenew(autoRenews);

/** What a statement that records activity returns. */
export const returningActive = `RETURNING ${sessionColumns}, ${dueAt} < due_at AS is_due_sooner`;

type ActiveColumns = SessionColumns & { readonly is_due_sooner: 0 | 1 };

const newExpiry = firstExpiry("min", ":now", ":timeoutMinutes", ":maxDurationMinutes");
const newWarnAt = nextWarnAt(warningTime(newExpiry, ":warningThresholdMinutes"), ":now", "false");

const statements = {
  freeChannel: `UPDATE sessions SET holds_channel = 0
    WHERE channel_id = :channelId AND holds_channel = 1 AND expires_at <= :now`,
  insert: `INSERT INTO sessions (session_id, channel_id, agent_id, user_id, created_at, last_activity, expires_at,
      timeout_minutes, auto_renew, max_duration_minutes, warning_threshold_minutes, warn_at, due_at, last_seq, last_at, metadata)
    SELECT :sessionId, id, :agentId, :userId, :now, :now, ${newExpiry},
      :timeoutMinutes, :autoRenew, :maxDurationMinutes, :warningThresholdMinutes, ${newWarnAt},
      coalesce(${newWarnAt}, ${newExpiry}),
      coalesce((SELECT max(seq) FROM messages WHERE channel_id = :channelId), 0),
      coalesce((SELECT created_at FROM messages WHERE channel_id = :channelId ORDER BY seq DESC LIMIT 1), 0), :metadata
    FROM channels WHERE id = :channelId AND user_id = :userId
    ON CONFLICT (channel_id) WHERE holds_channel = 1 DO NOTHING RETURNING ${sessionColumns}`,
  readLive: `SELECT ${sessionColumns} FROM sessions WHERE ${isLive}`,
  readExpiry: "SELECT expires_at FROM sessions WHERE session_id = :sessionId",
  readEnding: "SELECT * FROM endings WHERE session_id = :sessionId",
  readLiveOf: `SELECT ${sessionColumns} FROM sessions
    WHERE session_id IN (SELECT value FROM json_each(:sessionIds)) AND expires_at > :now`,
  readLastSeqs: `SELECT session_id, last_seq FROM sessions
    WHERE session_id IN (SELECT value FROM json_each(:sessionIds)) AND expires_at > :now`,
  readHolder: `SELECT session_id FROM sessions
    WHERE channel_id = :channelId AND holds_channel = 1 AND expires_at > :now`,
  renew: `${recordAndRenew("true")} WHERE ${isLive} AND ${isBelowCap} ${returningActive}`,
  heartbeat: `${recordActivityOf} WHERE ${isLive} ${returningActive}`,
  updateTimeout: `UPDATE sessions SET ${setEach(changeTimeout("min", ":now"))}
    WHERE ${isLive} AND ${isDurationLongEnough} ${returningActive}`,
  makeDueSooner: `UPDATE sessions SET due_at = ${dueAt} WHERE session_id = :sessionId`,
  claimWarnings: `UPDATE sessions SET warn_at = NULL, due_at = expires_at WHERE session_id IN (
      SELECT session_id FROM sessions WHERE due_at <= :now AND warn_at <= :now AND expires_at > :now
      ORDER BY due_at LIMIT :limit)
    RETURNING ${sessionColumns}`,
  nextDue: "SELECT min(due_at) AS due FROM sessions",
  /** Sessions that were renewed since `due_at` was set. */
  postpone: `UPDATE sessions SET due_at = ${dueAt} WHERE session_id IN (
      SELECT session_id FROM sessions WHERE due_at <= :now AND ${dueAt} > :now ORDER BY due_at LIMIT :limit)`,
} as const;

/** @returns undefined where the channel is not the user's, or a live session holds it */
export const insertSession = (
  connection: SqliteConnection,
  draft: SessionDraft,
  now: number,
): Session | undefined => {
  const { timeoutConfig, channelId } = draft;
  if (draft.continues) connection.run(statements.freeChannel, { channelId, now });
  const row = connection.get<SessionColumns>(statements.insert, {
    sessionId: draft.sessionId,
    channelId,
    agentId: draft.agentId,
    userId: draft.userId,
    now,
    timeoutMinutes: timeoutConfig.timeoutMinutes,
    autoRenew: Number(timeoutConfig.autoRenew),
    maxDurationMinutes: timeoutConfig.maxDurationMinutes,
    warningThresholdMinutes: timeoutConfig.warningThresholdMinutes,
    metadata: JSON.stringify(draft.metadata),
  });
  return row && toSession(row);
};

export const readLive = (
  connection: SqliteConnection,
  sessionId: string,
  now: number,
): Session | undefined => {
  const row = connection.get<SessionColumns>(statements.readLive, { sessionId, now });
  return row && toSession(row);
};

export const readLiveOf = (
  connection: SqliteConnection,
  sessionIds: readonly string[],
  now: number,
): Session[] =>
  connection
    .all<SessionColumns>(statements.readLiveOf, { sessionIds: JSON.stringify(sessionIds), now })
    .map(toSession);

export const readLastSeqs = (
  connection: SqliteConnection,
  sessionIds: readonly string[],
  now: number,
): Map<string, number> => {
  const ids = { sessionIds: JSON.stringify(sessionIds), now };
  const rows = connection.all<{ session_id: string; last_seq: number }>(statements.readLastSeqs, ids);
  return new Map(rows.map(({ session_id, last_seq }) => [session_id, last_seq]));
};

export const readChannelHolder = (
  connection: SqliteConnection,
  channelId: string,
  now: number,
): string | null =>
  connection.get<{ session_id: string }>(statements.readHolder, { channelId, now })?.session_id ?? null;

/** What is known of a session that is not live. */
export const readGone = (connection: SqliteConnection, sessionId: string): GoneOutcome => {
  const row = connection.get<{ expires_at: number }>(statements.readExpiry, { sessionId });
  if (row) return { outcome: "gone", gone: { state: "expired", expiresAt: row.expires_at } };
  const ending = connection.get<EndingColumns>(statements.readEnding, { sessionId });
  const gone = ending
    ? ({ state: "ended", ending: toEndingRecord(ending) } as const)
    : { state: "unknown" as const };
  return { outcome: "gone", gone };
};

/**
 * Runs a statement that ends with {@link returningActive}, and lowers `due_at` where it would be too late. That takes a second
 * statement: SQLite writes to an index whenever an `UPDATE` names its column, even if the value does not change.
 */
export const getActive = (
  connection: SqliteConnection,
  sql: string,
  parameters: Parameters & { readonly sessionId: string },
): SessionColumns | undefined => {
  const row = connection.get<ActiveColumns>(sql, parameters);
  if (row?.is_due_sooner) connection.run(statements.makeDueSooner, { sessionId: parameters.sessionId });
  return row;
};

export const renewSession = (connection: SqliteConnection, sessionId: string, now: number): RenewOutcome => {
  const row = getActive(connection, statements.renew, { sessionId, now });
  if (row) return { outcome: "renewed", session: toSession(row) };
  const session = readLive(connection, sessionId, now);
  return session ? { outcome: "at_maximum", session } : readGone(connection, sessionId);
};

export const recordHeartbeat = (
  connection: SqliteConnection,
  sessionId: string,
  now: number,
): HeartbeatOutcome => {
  const row = getActive(connection, statements.heartbeat, { sessionId, now });
  if (!row) return readGone(connection, sessionId);
  return { outcome: "recorded", session: toSession(row), wasRenewed: Boolean(row.was_renewed) };
};

export const updateTimeout = (
  connection: SqliteConnection,
  sessionId: string,
  change: TimeoutConfigInput,
  now: number,
): UpdateTimeoutOutcome => {
  const row = getActive(connection, statements.updateTimeout, {
    sessionId,
    now,
    timeout_minutes: change.timeoutMinutes ?? null,
    auto_renew: change.autoRenew === undefined ? null : Number(change.autoRenew),
    max_duration_minutes: change.maxDurationMinutes ?? null,
    warning_threshold_minutes: change.warningThresholdMinutes ?? null,
  });
  if (row) return { outcome: "updated", session: toSession(row) };
  const session = readLive(connection, sessionId, now);
  if (!session) return readGone(connection, sessionId);
  const named = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return { outcome: "duration_too_short", timeoutConfig: { ...session.timeoutConfig, ...named } };
};

export const claimWarnings = (connection: SqliteConnection, limit: number, now: number): Session[] =>
  connection.all<SessionColumns>(statements.claimWarnings, { limit, now }).map((row) => {
    const session = toSession(row);
    enqueueDeliveries(connection, { event: "session.expiring", session }, now);
    return session;
  });

/** Whether an expiry or a warning may be due: they are if it still says so after {@link postponeRenewed}. */
export const mayBeDue = (connection: SqliteConnection, now: number): boolean =>
  (connection.get<{ due: number | null }>(statements.nextDue)?.due ?? Number.POSITIVE_INFINITY) <= now;

/** Moves `due_at` forward where nothing is due, and returns for how many sessions. */
export const postponeRenewed = (connection: SqliteConnection, limit: number, now: number): number =>
  connection.run(statements.postpone, { limit, now });
