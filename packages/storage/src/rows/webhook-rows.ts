import type {
  ClaimedDelivery,
  DeliveryStatus,
  WebhookAttempt,
  WebhookContent,
  WebhookDelivery,
  WebhookEvent,
} from "@adjourn/sessions";
import { parseJson } from "./session-rows.js";

/** The columns of `webhook_deliveries` that the domain reads; `content` and `attempts` as JSON text. */
export interface DeliveryColumns {
  readonly seq: number;
  readonly id: string;
  readonly endpoint: string;
  readonly event: WebhookEvent;
  readonly session_id: string;
  readonly created_at: number;
  readonly status: DeliveryStatus;
  readonly attempts: string;
  readonly next_attempt_at: number | null;
}

export interface ClaimedColumns extends DeliveryColumns {
  readonly content: string;
  readonly held_until: number;
  readonly resends: number;
  readonly status_before: DeliveryStatus | null;
}

/** The attempts that a delivery keeps; the oldest ones go. */
export const keptAttempts = 100;
/** How long a delivery that waits for an earlier one is left out at most, in ms. */
export const longestDeferralMs = 60_000;
/** The same while that one is being attempted: it may be settled by the time that the deferral is stored. */
export const attemptDeferralMs = 1_000;
/** Deliveries that one statement defers. */
export const deferredAtOnce = 1_000;

export const toDelivery = (row: DeliveryColumns): WebhookDelivery => ({
  id: row.id,
  endpoint: row.endpoint,
  event: row.event,
  sessionId: row.session_id,
  status: row.status,
  attempts: parseJson<WebhookAttempt[]>(row.attempts),
  nextAttemptAt: row.next_attempt_at,
  createdAt: row.created_at,
});

/** In the order of their events. */
export const toClaimedDeliveries = (
  rows: readonly ClaimedColumns[],
  toContent: (row: ClaimedColumns) => WebhookContent,
): ClaimedDelivery[] =>
  [...rows]
    .sort((a, b) => a.seq - b.seq)
    .map((row) => ({
      ...toDelivery(row),
      content: toContent(row),
      heldUntil: row.held_until,
      resends: row.resends,
      statusBefore: row.status_before,
    }));

/** Whether a delivery of the same session to the same endpoint comes before this one. */
export const isBehind = (table: string): string => `${table}.status_before IS NULL AND EXISTS (
      SELECT 1 FROM webhook_deliveries AS earlier
      WHERE earlier.status = 'pending' AND earlier.session_id = ${table}.session_id
        AND earlier.endpoint = ${table}.endpoint AND earlier.seq < ${table}.seq AND earlier.status_before IS NULL)`;

/** The next delivery of the session to the endpoint of the row `done`. */
export const nextInOrder = (done: string): string => `(
      SELECT min(later.seq) FROM webhook_deliveries AS later
      WHERE later.status = 'pending' AND later.session_id = ${done}.session_id
        AND later.endpoint = ${done}.endpoint AND later.seq > ${done}.seq AND later.status_before IS NULL)`;
