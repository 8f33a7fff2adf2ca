import type {
  BulkEnd,
  Caller,
  CutCounts,
  EndingRecord,
  EndOutcome,
  EndRequest,
  NamedFilter,
  SessionFilter,
} from "@adjourn/sessions";
import { systemCaller } from "@adjourn/sessions";
import { type EndingColumns, toEndingRecord } from "../../rows/session-rows.js";
import { bulkEndConditions } from "../../sql/bulk-end-filter.js";
import { hasPendingReply } from "../../sql/reply-rules.js";
import { expiryCause } from "../../sql/timeout-rules.js";
import type { Parameters } from "../connection/named-parameters.js";
import type { Queryable } from "../connection/queryable.js";
import {
  isOfItems,
  itemsWith,
  ofItem,
  ofParameters,
  StatementBatches,
} from "../connection/statement-batches.js";
import { hasExpired, isLive, readGone, sameIdInAnyCase, statementStart } from "./sessions-table.js";
import { withDeliveries } from "./webhook-outbox.js";

/**
 * Records an ending for each row of the CTE `gone`; `cause` is SQL. A message that would tie is a millisecond later than
 * the one before, so the last of a burst can be ahead of the clock; the ending is not before it.
 */
const recordGone = (
  cause: string,
  field = ofParameters,
  from = "gone",
): string => `INSERT INTO endings (session_id, channel_id, agent_id, user_id,
    created_at, expires_at, last_seq, ended_at, cause, reason, ended_by, actor, via, message_count, input_tokens,
    output_tokens)
  SELECT session_id, channel_id, agent_id, user_id, created_at, expires_at, last_seq,
    greatest(adjourn_now(), last_at), ${cause},
    ${field("reason")}, ${field("endedBy")}, ${field("actor")}, ${field("via")}, message_count, input_tokens, output_tokens
  FROM ${from} RETURNING *`;

/** A statement that ends in {@link recordGone}, with the deliveries of the endings. */
const withEndDeliveries = (database: Queryable, sql: string): string =>
  withDeliveries(database, "session.ended", sql, "INSERT INTO endings");

/** Deletes the rows that the CTE `due` has locked. */
const takeDue = `gone AS (
    DELETE FROM sessions USING due WHERE sessions.session_id = due.session_id RETURNING sessions.*)`;

const statements = {
  end: `WITH gone AS (DELETE FROM sessions WHERE ${isLive} RETURNING *),
    kept AS (INSERT INTO idempotency_keys (operation, key, scope, session_id, channel_id, created_at)
      SELECT 'endSession', :key::text, session_id, session_id, channel_id, adjourn_now() FROM gone
      WHERE :key::text IS NOT NULL)
    ${recordGone("'requested'")}`,
  /** The same for several sessions, apart from those that are locked. */
  endBatch: `WITH ${itemsWith({ reason: "text", endedBy: "text", actor: "text", via: "text" })},
    due AS MATERIALIZED (
      SELECT session_id FROM sessions WHERE ${isOfItems("sessions")} AND expires_at > adjourn_now()
      FOR UPDATE SKIP LOCKED),
    ${takeDue}
    ${recordGone("'requested'", ofItem, `gone JOIN item ON session_id = "sessionId"`)}`,
  /** Locks all rows before it judges their expiry: a renewal that is under way may save one that looks expired. */
  endOfUser: `WITH locked AS MATERIALIZED (
      SELECT session_id, expires_at FROM sessions WHERE lower(user_id) = lower(:userId)
      ORDER BY created_at, session_id FOR UPDATE),
    due AS MATERIALIZED (SELECT session_id FROM locked WHERE expires_at > adjourn_now()),
    ${takeDue}
    ${recordGone("'blocked'")}`,
  byKey: `SELECT endings.* FROM idempotency_keys JOIN endings USING (session_id)
    WHERE operation = 'endSession' AND key = :key AND scope = :sessionId`,
  expire: `WITH due AS MATERIALIZED (
      SELECT session_id FROM sessions WHERE ${hasExpired(statementStart)}
      ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED),
    ${takeDue}
    ${recordGone(expiryCause)}`,
  read: `SELECT * FROM endings
    WHERE session_id = ANY (ARRAY(SELECT json_array_elements_text(:sessionIds::text::json)))`,
  // Locked in order, since several nodes report the same endings at once.
  addCounts: `WITH cut AS (
      SELECT "sessionId" AS session_id, sum("listenersDropped") AS listeners, sum("operationsAborted") AS operations
      FROM json_to_recordset(:counts::text::json)
        AS reported("sessionId" text, "listenersDropped" integer, "operationsAborted" integer)
      GROUP BY 1),
    locked AS (
      SELECT session_id FROM endings WHERE session_id IN (SELECT session_id FROM cut)
      ORDER BY session_id FOR UPDATE)
    UPDATE endings SET listeners_dropped = listeners_dropped + cut.listeners,
      operations_aborted = operations_aborted + cut.operations
    FROM cut JOIN locked USING (session_id)
    WHERE endings.session_id = cut.session_id`,
} as const;

const byCaller = ({ endedBy, actor, via }: Caller) => ({ endedBy, actor, via: via ?? null });

/** One statement: the call whose DELETE returns the session's row is the one that ended it. */
export const endSession = async (database: Queryable, request: EndRequest): Promise<EndOutcome> => {
  const { sessionId, idempotencyKey: key, reason, caller } = request;
  const row = await database.get<EndingColumns>(withEndDeliveries(database, statements.end), {
    sessionId,
    key,
    reason,
    ...byCaller(caller),
  });
  if (row) return { outcome: "ended", ending: toEndingRecord(row) };
  const earlier =
    key === null ? undefined : await database.get<EndingColumns>(statements.byKey, { key, sessionId });
  return earlier ? { outcome: "repeated", ending: toEndingRecord(earlier) } : readGone(database, sessionId);
};

/** Ends of different sessions that come together share a statement. */
export const endsTogether = (database: Queryable): ((request: EndRequest) => Promise<EndOutcome>) => {
  const batches = new StatementBatches<EndingColumns>(
    database,
    withEndDeliveries(database, statements.endBatch),
  );
  return async (request) => {
    const { sessionId, idempotencyKey, reason, caller } = request;
    const rows =
      idempotencyKey === null ? await batches.run({ sessionId, reason, ...byCaller(caller) }) : null;
    const row = rows?.[0];
    return row ? { outcome: "ended", ending: toEndingRecord(row) } : endSession(database, request);
  };
};

const matching = (filter: SessionFilter): { sql: string; parameters: Parameters } => {
  const { sql, parameters } = bulkEndConditions(filter, {
    sessionIds: "session_id = ANY (ARRAY(SELECT json_array_elements_text(:sessionIds::text::json)))",
    agentId: sameIdInAnyCase("agent_id", ":agentId"),
    userId: sameIdInAnyCase("user_id", ":userId"),
    isReplying: hasPendingReply(statementStart),
  });
  return { sql: sql.join(" AND ") || "true", parameters };
};

/** All matching sessions minus the expired ones: a count of the live ones alone could read every live row. */
export const countMatching = async (
  database: Queryable,
  filter: SessionFilter,
): Promise<{ total: number; at: number }> => {
  const { sql, parameters } = matching(filter);
  const count = `SELECT count(*) FROM sessions WHERE ${sql} AND created_at <= clock.at`;
  const row = await database.get<{ total: number; at: number }>(
    `SELECT clock.at, (${count}) - (${count} AND ${hasExpired("clock.at")}) AS total
      FROM (SELECT adjourn_now() AS at) AS clock`,
    parameters,
  );
  if (!row) throw new Error("The database returned no time");
  return row;
};

export const readMatchingIds = async (database: Queryable, filter: NamedFilter): Promise<string[]> => {
  const { sql, parameters } = matching(filter);
  const rows = await database.all<{ session_id: string }>(
    `SELECT session_id FROM sessions WHERE ${sql} AND expires_at > adjourn_now()`,
    parameters,
  );
  return rows.map(({ session_id }) => session_id);
};

export const countPendingReplies = async (database: Queryable, filter: SessionFilter): Promise<number> => {
  const { sql, parameters } = matching(filter);
  const row = await database.get<{ total: number }>(
    `SELECT count(*) AS total FROM replies JOIN sessions USING (session_id)
      WHERE ${sql} AND held_until > ${statementStart} AND expires_at > ${statementStart}`,
    parameters,
  );
  return row?.total ?? 0;
};

const byCreation = (a: EndingRecord, b: EndingRecord): number =>
  a.createdAt - b.createdAt || (a.sessionId < b.sessionId ? -1 : 1);

/**
 * All bulk ends lock rows in the same order, so that two of them cannot deadlock. It is the order of the
 * indexes by agent and by user, so that a batch reads no more than it takes.
 */
export const endMatching = async (
  database: Queryable,
  filter: SessionFilter,
  { reason, caller, limit, after }: BulkEnd,
): Promise<EndingRecord[]> => {
  const { sql, parameters } = matching(filter);
  const behind = after ? "AND (created_at, session_id) > (:afterTime, :afterId)" : "";
  const position: Parameters = after ? { afterTime: after.time, afterId: after.id } : {};
  const endEach = `WITH due AS MATERIALIZED (
        SELECT session_id FROM sessions
        WHERE ${sql} ${behind} AND expires_at > adjourn_now()
        ORDER BY created_at, session_id LIMIT :limit FOR UPDATE),
      ${takeDue}
      ${recordGone("'bulk'")}`;
  const given = { ...parameters, ...position, limit, reason, ...byCaller(caller) };
  const rows = await database.all<EndingColumns>(withEndDeliveries(database, endEach), given);
  return rows.map(toEndingRecord).sort(byCreation);
};

/** Ends all live sessions of a user, whose id is compared without regard to case, in the order of the bulk ends. */
export const endUserSessions = async (
  database: Queryable,
  userId: string,
  reason: string | null,
  caller: Caller,
): Promise<EndingRecord[]> => {
  const rows = await database.all<EndingColumns>(withEndDeliveries(database, statements.endOfUser), {
    userId,
    reason,
    ...byCaller(caller),
  });
  return rows.map(toEndingRecord);
};

/** Oldest first. Nodes that sweep at the same time skip each other's rows. */
export const expireSessions = async (database: Queryable, limit: number): Promise<EndingRecord[]> => {
  const bySystem = { reason: null, ...byCaller(systemCaller) };
  const rows = await database.all<EndingColumns>(withEndDeliveries(database, statements.expire), {
    limit,
    ...bySystem,
  });
  return rows.map(toEndingRecord).sort((a, b) => a.expiresAt - b.expiresAt);
};

export const readEndings = async (
  database: Queryable,
  sessionIds: readonly string[],
): Promise<EndingRecord[]> => {
  const rows = await database.all<EndingColumns>(statements.read, {
    sessionIds: JSON.stringify(sessionIds),
  });
  return rows.map(toEndingRecord);
};

export const addEndingCounts = async (database: Queryable, counts: readonly CutCounts[]): Promise<void> => {
  await database.all(statements.addCounts, { counts: JSON.stringify(counts) });
};
