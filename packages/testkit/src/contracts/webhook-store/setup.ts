import type {
  ClaimedDelivery,
  DeliveryStatus,
  FinishedAttempt,
  WebhookAttempt,
  WebhookWatch,
} from "@adjourn/sessions";
import { webhookEvents } from "@adjourn/sessions";
import { minute, Setting } from "../session-store/setup.js";

/** What the store of each test delivers: every event to `all`, and the ends of one agent to `one`. */
export const watchedAgent = "00000000-0000-4000-8000-00000000aaaa";
export const contractWatches: readonly WebhookWatch[] = [
  { endpoint: "all", events: webhookEvents, agentIds: null },
  { endpoint: "one", events: ["session.ended"], agentIds: [watchedAgent] },
];

export const leaseMs = 25_000;
export const attempt: WebhookAttempt = {
  at: "2026-01-01T00:00:00.000Z",
  status: 500,
  error: null,
  answer: "no",
};

/** A test's store, with the steps of a dispatcher. */
export class WebhookSetting extends Setting {
  claim(nodeId = "node", endpoint = "all", limit = 10) {
    return this.store.claimDeliveries({ endpoint, nodeId, limit, leaseMs });
  }

  finish(
    { id, heldUntil, resends }: ClaimedDelivery,
    status: DeliveryStatus,
    given: Partial<FinishedAttempt> = {},
  ) {
    const nextAttemptAt = status === "pending" ? this.store.now() + minute : null;
    const finished = { id, nodeId: "node", heldUntil, resends, attempt, status, nextAttemptAt };
    return this.store.finishAttempt({ ...finished, ...given });
  }

  async list(endpoint?: string) {
    return (await this.other.listDeliveries({ endpoint }, { limit: 100 })).deliveries;
  }

  async events(endpoint?: string) {
    return (await this.list(endpoint)).map(({ event }) => event);
  }
}
