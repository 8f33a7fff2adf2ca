import type { WebhookWatch } from "@adjourn/sessions";
import { describeSessionStore } from "../contracts/session-store-contract.js";
import { contractWatches } from "../contracts/webhook-store/setup.js";
import { describeWebhookStore } from "../contracts/webhook-store-contract.js";
import { createFakeClock } from "../fake-clock.js";
import { createInMemorySessionStore } from "./in-memory-session-store.js";

const open = async (webhooks: readonly WebhookWatch[] = []) => {
  const clock = createFakeClock();
  const store = createInMemorySessionStore({ clock, webhooks });
  return { store, other: store, advance: clock.advance, close: () => store.close() };
};

describeSessionStore("the session store in memory", () => open());
describeWebhookStore("the webhook deliveries in memory", () => open(contractWatches));
