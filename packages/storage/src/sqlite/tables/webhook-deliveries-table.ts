import type {
  ClaimedDelivery,
  DeliveryFilter,
  DeliveryPage,
  FinishedAttempt,
  PageRequest,
  PendingDeliveries,
  WebhookAttempt,
  WebhookContent,
  WebhookDelivery,
  WebhookStore,
} from "@adjourn/sessions";
import { parseJson } from "../../rows/session-rows.js";
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
import type { SqliteConnection } from "../connection/connection.js";

const shown = "seq, id, endpoint, event, session_id, created_at, status, attempts, next_attempt_at";
const isDue =
  "status = 'pending' AND endpoint = :endpoint AND next_attempt_at <= :now AND held_until <= :now";
const appended = `json_insert(
      CASE WHEN json_array_length(attempts) >= ${keptAttempts} THEN json_remove(attempts, '$[0]') ELSE attempts END,
      '$[#]', json(CASE WHEN is_erased = 1 THEN json_set(:attempt, '$.answer', NULL) ELSE :attempt END))`;

const statements = {
  due: `SELECT 1 FROM webhook_deliveries WHERE ${isDue} LIMIT 1`,
  claim: `UPDATE webhook_deliveries SET held_by = :nodeId, held_until = :heldUntil WHERE seq IN (
      SELECT seq FROM webhook_deliveries AS one WHERE ${isDue} AND NOT (${isBehind("one")})
      ORDER BY next_attempt_at LIMIT :limit)
    RETURNING ${shown}, content, held_until, resends, status_before`,
  /** What waits for an earlier delivery is not looked at again before that one is attempted. */
  defer: `UPDATE webhook_deliveries SET next_attempt_at = min(:latest, (
        SELECT iif(head.held_until > :now, :soon, head.next_attempt_at) FROM webhook_deliveries AS head
        WHERE head.status = 'pending' AND head.session_id = webhook_deliveries.session_id
          AND head.endpoint = webhook_deliveries.endpoint AND head.status_before IS NULL
        ORDER BY head.seq LIMIT 1))
    WHERE seq IN (
      SELECT seq FROM webhook_deliveries AS one WHERE ${isDue} AND ${isBehind("one")} LIMIT ${deferredAtOnce})`,
  finish: `UPDATE webhook_deliveries SET
      status = iif(resends > :resends, 'pending', :status),
      status_before = iif(resends > :resends AND :status <> 'pending', :status, NULL),
      next_attempt_at = iif(resends > :resends, :now, :nextAttemptAt),
      attempts = ${appended}, held_by = NULL, held_until = 0
    WHERE id = :id AND held_by = :nodeId AND held_until = :heldUntil RETURNING seq, status`,
  /** One that was attempted before has a time of its own. */
  wakeNext: `UPDATE webhook_deliveries SET next_attempt_at = :now WHERE seq = (
      SELECT ${nextInOrder("done")} FROM webhook_deliveries AS done WHERE done.seq = :seq) AND attempts = '[]'`,
  release: "UPDATE webhook_deliveries SET held_by = NULL, held_until = 0 WHERE held_by = :nodeId",
  read: `SELECT ${shown} FROM webhook_deliveries WHERE id = :id`,
  resend: `UPDATE webhook_deliveries SET status_before = iif(status = 'pending', status_before, status),
      status = 'pending', next_attempt_at = :now, resends = resends + 1
    WHERE id = :id`,
  failOrphaned: `UPDATE webhook_deliveries SET status = 'failed', status_before = NULL, next_attempt_at = NULL,
      attempts = ${appended}
    WHERE status = 'pending' AND created_at < :cutoff AND held_until <= :now
      AND endpoint NOT IN (SELECT value FROM json_each(:endpoints))`,
  deleteOld: `DELETE FROM webhook_deliveries WHERE seq IN (
      SELECT seq FROM webhook_deliveries WHERE created_at < :cutoff AND status <> 'pending'
      ORDER BY created_at LIMIT :limit)`,
  count: "SELECT count(*) AS count, min(seq) AS oldest FROM webhook_deliveries WHERE status = 'pending'",
  readTime: "SELECT created_at FROM webhook_deliveries WHERE seq = :seq",
  forget: `UPDATE webhook_deliveries SET is_erased = 1,
      attempts = (SELECT json_group_array(json_set(value, '$.answer', NULL)) FROM json_each(attempts)),
      content = CASE event
        WHEN 'message.failed' THEN content
        WHEN 'session.ended' THEN json_set(content, '$.ending.reason', NULL)
        ELSE json_set(content, '$.session.metadata', json('{}')) END
    WHERE channel_id = :channelId`,
} as const;

export const readDueEndpoints = (
  connection: SqliteConnection,
  endpoints: readonly string[],
  now: number,
): string[] =>
  endpoints.filter((endpoint) => connection.get(statements.due, { endpoint, now }) !== undefined);

/** Within a transaction, like all that follow that write. */
export const claimDeliveries = (
  connection: SqliteConnection,
  { endpoint, nodeId, limit, leaseMs }: Parameters<WebhookStore["claimDeliveries"]>[0],
  now: number,
): ClaimedDelivery[] => {
  const claim = { endpoint, nodeId, limit, now, heldUntil: now + leaseMs };
  const rows = connection.all<ClaimedColumns>(statements.claim, claim);
  if (rows.length < limit)
    connection.run(statements.defer, {
      endpoint,
      now,
      soon: now + attemptDeferralMs,
      latest: now + longestDeferralMs,
    });
  return toClaimedDeliveries(rows, ({ content }) => parseJson<WebhookContent>(content));
};

export const finishAttempt = (
  connection: SqliteConnection,
  { attempt, ...finished }: FinishedAttempt,
  now: number,
): boolean => {
  const parameters = { ...finished, attempt: JSON.stringify(attempt), now };
  const done = connection.get<Pick<DeliveryColumns, "seq" | "status">>(statements.finish, parameters);
  if (done && done.status !== "pending") connection.run(statements.wakeNext, { seq: done.seq, now });
  return done !== undefined;
};

export const releaseDeliveries = (connection: SqliteConnection, nodeId: string): void => {
  connection.run(statements.release, { nodeId });
};

export const listDeliveries = (
  connection: SqliteConnection,
  filter: DeliveryFilter,
  page: PageRequest,
): DeliveryPage => {
  const { sql, parameters } = deliveryListStatement(shown, filter, page);
  return toDeliveryPage(connection.all<DeliveryColumns>(sql, parameters), page);
};

export const readDelivery = (connection: SqliteConnection, id: string): WebhookDelivery | null => {
  const row = connection.get<DeliveryColumns>(statements.read, { id });
  return row ? toDelivery(row) : null;
};

export const resendDelivery = (connection: SqliteConnection, id: string, now: number): boolean =>
  connection.run(statements.resend, { id, now }) > 0;

export const failOrphanedDeliveries = (
  connection: SqliteConnection,
  given: { readonly endpoints: readonly string[]; readonly cutoff: number; readonly attempt: WebhookAttempt },
  now: number,
): number =>
  connection.run(statements.failOrphaned, {
    endpoints: JSON.stringify(given.endpoints),
    cutoff: given.cutoff,
    attempt: JSON.stringify(given.attempt),
    now,
  });

export const deleteDeliveriesBefore = (connection: SqliteConnection, cutoff: number, limit: number): number =>
  connection.run(statements.deleteOld, { cutoff, limit });

export const countPendingDeliveries = (connection: SqliteConnection): PendingDeliveries => {
  const row = connection.get<{ count: number; oldest: number | null }>(statements.count);
  const seq = row?.oldest ?? null;
  const oldest =
    seq === null ? undefined : connection.get<{ created_at: number }>(statements.readTime, { seq });
  return { count: row?.count ?? 0, oldestAt: oldest?.created_at ?? null };
};

/** Removes from a channel's deliveries what a caller wrote, and what endpoints answered to it. */
export const forgetDeliveries = (connection: SqliteConnection, channelId: string): void => {
  connection.run(statements.forget, { channelId });
};
