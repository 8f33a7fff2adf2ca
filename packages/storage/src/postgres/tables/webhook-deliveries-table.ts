import type {
  ClaimedDelivery,
  DeliveryFilter,
  DeliveryPage,
  FailedReply,
  FinishedAttempt,
  PageRequest,
  PendingDeliveries,
  WebhookAttempt,
  WebhookContent,
  WebhookDelivery,
  WebhookStore,
} from "@adjourn/sessions";
import {
  type EndingColumns,
  parseJson,
  type SessionColumns,
  toEndingRecord,
  toSession,
} from "../../rows/session-rows.js";
import {
  attemptDeferralMs,
  type ClaimedColumns,
  type DeliveryColumns,
  deferredAtOnce,
  isBehind,
  keptAttempts,
  longestDeferralMs,
  nextInOrder,
  toClaimedDeliveries,
  toDelivery,
} from "../../rows/webhook-rows.js";
import { deliveryListStatement, toDeliveryPage } from "../../sql/delivery-list.js";
import type { Queryable } from "../connection/queryable.js";
import { statementStart } from "./sessions-table.js";
import type { failedColumns } from "./webhook-outbox.js";

const columnsOf = (table: string): string =>
  ["seq", "id", "endpoint", "event", "session_id", "created_at", "status", "next_attempt_at"]
    .map((column) => `${table}.${column}`)
    .concat(`${table}.attempts::text AS attempts`)
    .join(", ");

const isDue = `one.status = 'pending' AND one.endpoint = :endpoint AND one.next_attempt_at <= ${statementStart}
        AND one.held_until <= ${statementStart}`;
const appended = `(CASE WHEN jsonb_array_length(attempts) >= ${keptAttempts} THEN attempts - 0 ELSE attempts END)
        || (:attempt::text::jsonb || CASE WHEN is_erased THEN jsonb_build_object('answer', NULL) ELSE '{}' END)`;
const isResent = "resends > :resends::integer";

const statements = {
  due: `SELECT endpoint FROM json_array_elements_text(:endpoints::text::json) AS watched (endpoint)
    WHERE EXISTS (SELECT FROM webhook_deliveries AS one
      WHERE ${isDue.replace(":endpoint", "watched.endpoint")})`,
  claim: `WITH due AS MATERIALIZED (
      SELECT one.seq FROM webhook_deliveries AS one WHERE ${isDue} AND NOT (${isBehind("one")})
      ORDER BY one.next_attempt_at LIMIT :limit FOR UPDATE OF one SKIP LOCKED)
    UPDATE webhook_deliveries AS claimed SET held_by = :nodeId, held_until = adjourn_now() + :leaseMs::bigint
    FROM due WHERE claimed.seq = due.seq
    RETURNING ${columnsOf("claimed")}, claimed.content::text AS content, claimed.held_until, claimed.resends,
      claimed.status_before`,
  /** What waits for an earlier delivery is not looked at again before that one is attempted. */
  defer: `WITH behind AS MATERIALIZED (
      SELECT one.seq, (
        SELECT CASE WHEN head.held_until > ${statementStart} THEN ${statementStart} + ${attemptDeferralMs}
          ELSE head.next_attempt_at END
        FROM webhook_deliveries AS head
        WHERE head.status = 'pending' AND head.session_id = one.session_id AND head.endpoint = one.endpoint
          AND head.status_before IS NULL
        ORDER BY head.seq LIMIT 1) AS until
      FROM webhook_deliveries AS one WHERE ${isDue} AND ${isBehind("one")}
      LIMIT ${deferredAtOnce} FOR UPDATE OF one SKIP LOCKED)
    UPDATE webhook_deliveries AS deferred
    SET next_attempt_at = least(behind.until, adjourn_now() + ${longestDeferralMs})
    FROM behind WHERE deferred.seq = behind.seq`,
  finish: `WITH done AS (
      UPDATE webhook_deliveries SET
        status = CASE WHEN ${isResent} THEN 'pending' ELSE :status::text END,
        status_before = CASE WHEN ${isResent} AND :status::text <> 'pending' THEN :status::text END,
        next_attempt_at = CASE WHEN ${isResent} THEN adjourn_now() ELSE :nextAttemptAt::bigint END,
        attempts = ${appended}, held_by = NULL, held_until = 0
      WHERE id = :id AND held_by = :nodeId AND held_until = :heldUntil
      RETURNING seq, session_id, endpoint, status),
    woken AS (
      UPDATE webhook_deliveries AS next SET next_attempt_at = adjourn_now() FROM done
      -- One that was attempted before has a time of its own.
      WHERE done.status <> 'pending' AND next.attempts = '[]' AND next.seq = ${nextInOrder("done")})
    SELECT seq FROM done`,
  release: "UPDATE webhook_deliveries SET held_by = NULL, held_until = 0 WHERE held_by = :nodeId",
  read: `SELECT ${columnsOf("one")} FROM webhook_deliveries AS one WHERE one.id = :id`,
  resend: `UPDATE webhook_deliveries SET
      status_before = CASE WHEN status = 'pending' THEN status_before ELSE status END,
      status = 'pending', next_attempt_at = adjourn_now(), resends = resends + 1
    WHERE id = :id RETURNING seq`,
  failOrphaned: `UPDATE webhook_deliveries SET status = 'failed', status_before = NULL, next_attempt_at = NULL,
      attempts = ${appended}
    WHERE status = 'pending' AND created_at < :cutoff AND held_until <= ${statementStart}
      AND endpoint <> ALL (ARRAY(SELECT json_array_elements_text(:endpoints::text::json)))
    RETURNING seq`,
  deleteOld: `WITH old AS MATERIALIZED (
      SELECT seq FROM webhook_deliveries WHERE created_at < :cutoff AND status <> 'pending'
      ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    DELETE FROM webhook_deliveries USING old WHERE webhook_deliveries.seq = old.seq RETURNING 1`,
  count: `SELECT count(*) AS count, min(created_at) AS "oldestAt" FROM webhook_deliveries WHERE status = 'pending'`,
  forget: `UPDATE webhook_deliveries SET is_erased = true,
      attempts = (
        SELECT coalesce(jsonb_agg(attempt || jsonb_build_object('answer', NULL) ORDER BY place), '[]')
        FROM jsonb_array_elements(attempts) WITH ORDINALITY AS attempted (attempt, place)),
      content = CASE event
        WHEN 'message.failed' THEN content
        WHEN 'session.ended' THEN content || jsonb_build_object('reason', NULL)
        ELSE content || jsonb_build_object('metadata', '{}') END
    WHERE channel_id = :channelId`,
} as const;

type FailedColumns = Readonly<Record<Exclude<(typeof failedColumns)[number], "code">, string>> &
  Pick<FailedReply, "code">;

const toContent = ({ event, content }: ClaimedColumns): WebhookContent => {
  switch (event) {
    case "session.created":
    case "session.expiring":
      return { event, session: toSession(parseJson<SessionColumns>(content)) };
    case "session.ended":
      return { event, ending: toEndingRecord(parseJson<EndingColumns>(content)) };
    case "message.failed": {
      const row = parseJson<FailedColumns>(content);
      const failed = {
        sessionId: row.session_id,
        channelId: row.channel_id,
        agentId: row.agent_id,
        userId: row.user_id,
        messageId: row.message_id,
        inReplyTo: row.in_reply_to,
        code: row.code,
      };
      return { event, failed };
    }
  }
};

export const readDueEndpoints = async (
  database: Queryable,
  endpoints: readonly string[],
): Promise<string[]> => {
  const given = { endpoints: JSON.stringify(endpoints) };
  return (await database.all<{ endpoint: string }>(statements.due, given)).map(({ endpoint }) => endpoint);
};

/** Nodes that claim at the same time skip each other's rows. */
export const claimDeliveries = async (
  database: Queryable,
  claim: Parameters<WebhookStore["claimDeliveries"]>[0],
): Promise<ClaimedDelivery[]> => {
  const rows = await database.all<ClaimedColumns>(statements.claim, { ...claim });
  if (rows.length < claim.limit) await database.all(statements.defer, { endpoint: claim.endpoint });
  return toClaimedDeliveries(rows, toContent);
};

export const finishAttempt = async (
  database: Queryable,
  { attempt, ...finished }: FinishedAttempt,
): Promise<boolean> => {
  const parameters = { ...finished, attempt: JSON.stringify(attempt) };
  return (await database.get(statements.finish, parameters)) !== undefined;
};

export const releaseDeliveries = async (database: Queryable, nodeId: string): Promise<void> => {
  await database.all(statements.release, { nodeId });
};

export const listDeliveries = async (
  database: Queryable,
  filter: DeliveryFilter,
  page: PageRequest,
): Promise<DeliveryPage> => {
  const { sql, parameters } = deliveryListStatement(columnsOf("webhook_deliveries"), filter, page);
  return toDeliveryPage(await database.all<DeliveryColumns>(sql, parameters), page);
};

export const readDelivery = async (database: Queryable, id: string): Promise<WebhookDelivery | null> => {
  const row = await database.get<DeliveryColumns>(statements.read, { id });
  return row ? toDelivery(row) : null;
};

export const resendDelivery = async (database: Queryable, id: string): Promise<boolean> =>
  (await database.get(statements.resend, { id })) !== undefined;

export const failOrphanedDeliveries = async (
  database: Queryable,
  endpoints: readonly string[],
  cutoff: number,
  attempt: WebhookAttempt,
): Promise<number> => {
  const given = { endpoints: JSON.stringify(endpoints), cutoff, attempt: JSON.stringify(attempt) };
  return (await database.all(statements.failOrphaned, given)).length;
};

export const deleteDeliveriesBefore = async (
  database: Queryable,
  cutoff: number,
  limit: number,
): Promise<number> => (await database.all(statements.deleteOld, { cutoff, limit })).length;

export const countPendingDeliveries = async (database: Queryable): Promise<PendingDeliveries> =>
  (await database.get<PendingDeliveries>(statements.count)) ?? { count: 0, oldestAt: null };

/** Removes from a channel's deliveries what a caller wrote, and what endpoints answered to it. */
export const forgetDeliveries = async (database: Queryable, channelId: string): Promise<void> => {
  await database.all(statements.forget, { channelId });
};
