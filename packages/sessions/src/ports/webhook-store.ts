import type { DeliveryStatus, WebhookAttempt, WebhookContent, WebhookDelivery } from "../model/webhook.js";
import type { PagePosition, PageRequest } from "./page.js";

/** A delivery that a node may attempt until its lease ends. */
export interface ClaimedDelivery extends WebhookDelivery {
  readonly content: WebhookContent;
  /** Ends the lease, by the store's clock (ms); also its token. */
  readonly heldUntil: number;
  /** How often the delivery had been sent again when it was claimed. */
  readonly resends: number;
  /** The status before it was sent again by request; null for a delivery on its ordinary schedule. */
  readonly statusBefore: DeliveryStatus | null;
}

/** The result of an attempt under a lease. */
export interface FinishedAttempt {
  readonly id: string;
  readonly nodeId: string;
  readonly heldUntil: number;
  readonly resends: number;
  readonly attempt: WebhookAttempt;
  readonly status: DeliveryStatus;
  /** When a pending delivery is attempted again (ms); null otherwise. */
  readonly nextAttemptAt: number | null;
}

export interface DeliveryFilter {
  readonly endpoint?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
  readonly sessionId?: string | undefined;
}

export interface DeliveryPage {
  /** Newest first. */
  readonly deliveries: readonly WebhookDelivery[];
  readonly next: PagePosition | null;
}

/** Counts over the whole store. `oldestAt` is the time of the oldest one in ms. */
export interface PendingDeliveries {
  readonly count: number;
  readonly oldestAt: number | null;
}

/**
 * The part of the session store that keeps webhook deliveries. The deliveries of an event are written in the transaction
 * of the event. Those of one session to one endpoint are attempted in the order of their events.
 */
export interface WebhookStore {
  /** Those of the endpoints that have a delivery to attempt now. */
  readDueEndpoints(endpoints: readonly string[]): Promise<readonly string[]>;
  /** Leases at most `limit` due deliveries of an endpoint to a node, oldest first, at most one of each session. */
  claimDeliveries(claim: {
    readonly endpoint: string;
    readonly nodeId: string;
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<readonly ClaimedDelivery[]>;
  /**
   * Records an attempt and ends its lease. A delivery that was sent again meanwhile becomes pending, due at once.
   * @returns false if the node does not hold that lease any more; nothing is recorded then
   */
  finishAttempt(finished: FinishedAttempt): Promise<boolean>;
  /** Gives back the leases of a node. */
  releaseDeliveries(nodeId: string): Promise<void>;
  listDeliveries(filter: DeliveryFilter, page: PageRequest): Promise<DeliveryPage>;
  readDelivery(id: string): Promise<WebhookDelivery | null>;
  /** Makes a delivery pending and due, for one more attempt. @returns false if there is no such delivery */
  resendDelivery(id: string): Promise<boolean>;
  /** Fails pending deliveries from before `cutoff` (ms) of endpoints that are not among these. @returns how many */
  failOrphanedDeliveries(
    endpoints: readonly string[],
    cutoff: number,
    attempt: WebhookAttempt,
  ): Promise<number>;
  /** Deletes at most `limit` settled deliveries from before `cutoff` (ms). @returns how many */
  deleteDeliveriesBefore(cutoff: number, limit: number): Promise<number>;
  countPendingDeliveries(): Promise<PendingDeliveries>;
}
