import type {
  BulkEnd,
  Caller,
  CutCounts,
  EndingCause,
  EndingRecord,
  EndOutcome,
  EndRequest,
  NamedFilter,
  SessionFilter,
} from "@adjourn/sessions";
import { systemCaller } from "@adjourn/sessions";
import { type EndingColumns, type SessionColumns, toEndingRecord } from "../../rows/session-rows.js";
import { bulkEndConditions } from "../../sql/bulk-end-filter.js";
import { hasPendingReply } from "../../sql/reply-rules.js";
import { expiryCause } from "../../sql/timeout-rules.js";
import type { Parameters, SqliteConnection } from "../connection/connection.js";
import { hasExpired, isLive, readGone } from "./sessions-table.js";
import { enqueueDeliveries } from "./webhook-outbox.js";

/** The columns of a session that its ending keeps. */
const keptColumns = [
  "session_id",
  "channel_id",
  "agent_id",
  "user_id",
  "created_at",
  "expires_at",
  "last_seq",
  "message_count",
  "input_tokens",
  "output_tokens",
] as const satisfies readonly (keyof SessionColumns & keyof EndingColumns)[];

type Taken = Pick<SessionColumns, (typeof keptColumns)[number] | "last_at">;

const kept = keptColumns.join(", ");

const statements = {
  takeLive: `DELETE FROM sessions WHERE ${isLive} RETURNING ${kept}, last_at`,
  insert: `INSERT INTO endings (session_id, channel_id, agent_id, user_id, created_at, expires_at, last_seq, ended_at,
      cause, reason, ended_by, actor, via, message_count, listeners_dropped, operations_aborted, input_tokens, output_tokens)
    VALUES (:session_id, :channel_id, :agent_id, :user_id, :created_at, :expires_at, :last_seq, :ended_at,
      :cause, :reason, :ended_by, :actor, :via, :message_count, :listeners_dropped, :operations_aborted,
      :input_tokens, :output_tokens)`,
  take: "DELETE FROM sessions WHERE session_id IN (SELECT value FROM json_each(:sessionIds))",
  read: "SELECT * FROM endings WHERE session_id IN (SELECT value FROM json_each(:sessionIds))",
  addCounts: `UPDATE endings SET listeners_dropped = listeners_dropped + :listenersDropped,
      operations_aborted = operations_aborted + :operationsAborted
    WHERE session_id = :sessionId`,
  keepKey: `INSERT INTO idempotency_keys (operation, key, scope, session_id, channel_id, created_at)
    VALUES ('endSession', :key, :sessionId, :sessionId, :channelId, :now)`,
  byKey: `SELECT endings.* FROM idempotency_keys JOIN endings USING (session_id)
    WHERE operation = 'endSession' AND key = :key AND scope = :sessionId`,
} as const;

interface End {
  readonly cause: EndingCause;
  readonly reason: string | null;
  readonly caller: Caller;
}

/** Records the ending of a session whose row was taken. What is stored is known, so that no row has to be read back. */
const record = (connection: SqliteConnection, row: Taken, end: End, now: number): EndingRecord => {
  // Field by field: V8 creates a class for each object that is spread and extended (bench/README.md).
  const ending = {
    session_id: row.session_id,
    channel_id: row.channel_id,
    agent_id: row.agent_id,
    user_id: row.user_id,
    created_at: row.created_at,
    expires_at: row.expires_at,
    last_seq: row.last_seq,
    message_count: row.message_count,
    input_tokens: row.input_tokens,
    output_tokens: row.output_tokens,
    // A message that would tie is a millisecond later than the one before: the last of a burst can be ahead of the clock.
    ended_at: Math.max(now, row.last_at),
    cause: end.cause,
    reason: end.reason,
    ended_by: end.caller.endedBy,
    actor: end.caller.actor,
    via: end.caller.via ?? null,
    listeners_dropped: 0,
    operations_aborted: 0,
  } satisfies EndingColumns;
  connection.run(statements.insert, ending);
  const recorded = toEndingRecord(ending);
  enqueueDeliveries(connection, { event: "session.ended", ending: recorded }, now);
  return recorded;
};

interface Several {
  /** A condition on `sessions`, with order and limit. */
  readonly where: string;
  /** An SQL expression of the columns of `sessions`. */
  readonly cause: string;
  readonly parameters: Parameters;
  readonly order: (a: EndingRecord, b: EndingRecord) => number;
}

/** Ends the sessions that match by two statements, however many they are. */
const endSeveral = (
  connection: SqliteConnection,
  { where, cause, parameters, order }: Several,
  { reason, caller }: Omit<End, "cause">,
  now: number,
): EndingRecord[] => {
  const { endedBy, actor, via = null } = caller;
  const recordAll = `INSERT INTO endings (${kept}, ended_at, cause, reason, ended_by, actor, via)
    SELECT ${kept}, max(:now, last_at), ${cause}, :reason, :endedBy, :actor, :via FROM sessions WHERE ${where} RETURNING *`;
  const endings = connection
    .all<EndingColumns>(recordAll, { ...parameters, now, reason, endedBy, actor, via })
    .map(toEndingRecord)
    .sort(order);
  connection.run(statements.take, { sessionIds: JSON.stringify(endings.map(({ sessionId }) => sessionId)) });
  for (const ending of endings) enqueueDeliveries(connection, { event: "session.ended", ending }, now);
  return endings;
};

/** Within a transaction, like all that follow. The call whose DELETE returns the session's row has ended it. */
export const endSession = (connection: SqliteConnection, request: EndRequest, now: number): EndOutcome => {
  const { sessionId, idempotencyKey: key, reason, caller } = request;
  const row = connection.get<Taken>(statements.takeLive, { sessionId, now });
  if (!row) {
    const earlier =
      key === null ? undefined : connection.get<EndingColumns>(statements.byKey, { key, sessionId });
    return earlier
      ? { outcome: "repeated", ending: toEndingRecord(earlier) }
      : readGone(connection, sessionId);
  }
  if (key !== null) connection.run(statements.keepKey, { key, sessionId, channelId: row.channel_id, now });
  return { outcome: "ended", ending: record(connection, row, { cause: "requested", reason, caller }, now) };
};

const matching = (filter: SessionFilter): { sql: string; parameters: Parameters } => {
  const { sql, parameters } = bulkEndConditions(filter, {
    sessionIds: "session_id IN (SELECT value FROM json_each(:sessionIds))",
    agentId: "agent_id = :agentId COLLATE NOCASE",
    userId: "user_id = :userId COLLATE NOCASE",
    isReplying: hasPendingReply(":now"),
  });
  return { sql: ["expires_at > :now", ...sql].join(" AND "), parameters };
};

export const countMatching = (
  connection: SqliteConnection,
  filter: SessionFilter,
  now: number,
): { total: number; at: number } => {
  const { sql, parameters } = matching(filter);
  const count = `SELECT count(*) AS total FROM sessions WHERE ${sql}`;
  return { total: connection.get<{ total: number }>(count, { ...parameters, now })?.total ?? 0, at: now };
};

export const readMatchingIds = (connection: SqliteConnection, filter: NamedFilter, now: number): string[] => {
  const { sql, parameters } = matching(filter);
  return connection
    .all<{ session_id: string }>(`SELECT session_id FROM sessions WHERE ${sql}`, { ...parameters, now })
    .map(({ session_id }) => session_id);
};

export const countPendingReplies = (
  connection: SqliteConnection,
  filter: SessionFilter,
  now: number,
): number => {
  const { sql, parameters } = matching(filter);
  const count = `SELECT count(*) AS total FROM replies JOIN sessions USING (session_id)
    WHERE held_until > :now AND ${sql}`;
  return connection.get<{ total: number }>(count, { ...parameters, now })?.total ?? 0;
};

const byCreation = (a: EndingRecord, b: EndingRecord): number =>
  a.createdAt - b.createdAt || (a.sessionId < b.sessionId ? -1 : 1);

export const endMatching = (
  connection: SqliteConnection,
  filter: SessionFilter,
  { reason, caller, limit, after }: BulkEnd,
  now: number,
): EndingRecord[] => {
  const { sql, parameters } = matching(filter);
  // Named sessions are few and found by their ids: they need no order, and no place to go on from.
  const isOrdered = filter.sessionIds === undefined;
  const behind = isOrdered && after ? "AND (created_at, session_id) > (:afterTime, :afterId)" : "";
  const order = isOrdered ? "ORDER BY created_at, session_id" : "";
  const position: Parameters = isOrdered && after ? { afterTime: after.time, afterId: after.id } : {};
  const several = {
    where: `${sql} ${behind} ${order} LIMIT :limit`,
    cause: "'bulk'",
    parameters: { ...parameters, ...position, limit },
    order: byCreation,
  };
  return endSeveral(connection, several, { reason, caller }, now);
};

/** Ends all live sessions of a user, whose id is compared without regard to case. */
export const endUserSessions = (
  connection: SqliteConnection,
  userId: string,
  end: End,
  now: number,
): EndingRecord[] => {
  const several = {
    where: "user_id = :userId COLLATE NOCASE AND expires_at > :now",
    cause: `'${end.cause}'`,
    parameters: { userId },
    order: byCreation,
  };
  return endSeveral(connection, several, end, now);
};

/** Oldest first. */
export const expireSessions = (connection: SqliteConnection, limit: number, now: number): EndingRecord[] => {
  const several = {
    where: `${hasExpired} ORDER BY due_at LIMIT :limit`,
    cause: expiryCause,
    parameters: { limit },
    order: (a: EndingRecord, b: EndingRecord) => a.expiresAt - b.expiresAt,
  };
  return endSeveral(connection, several, { reason: null, caller: systemCaller }, now);
};

export const readEndings = (connection: SqliteConnection, sessionIds: readonly string[]): EndingRecord[] =>
  connection
    .all<EndingColumns>(statements.read, { sessionIds: JSON.stringify(sessionIds) })
    .map(toEndingRecord);

export const addEndingCounts = (connection: SqliteConnection, counts: readonly CutCounts[]): void => {
  for (const count of counts) connection.run(statements.addCounts, { ...count });
};
