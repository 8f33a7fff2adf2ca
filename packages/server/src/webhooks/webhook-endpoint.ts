import type { WebhookEvent, WebhookWatch } from "@adjourn/sessions";

/** An endpoint as configured. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  /** The keys that sign, decoded; each request is signed by all of them. */
  readonly keys: readonly Buffer[];
  readonly events: readonly WebhookEvent[];
  /** In lower case; null for every agent. */
  readonly agentIds: readonly string[] | null;
}

export const toWatch = ({ id, events, agentIds }: WebhookEndpoint): WebhookWatch => ({
  endpoint: id,
  events,
  agentIds,
});
