import type { AdminFeed } from "./admin-feed/admin-feed.js";
import type { Sweeper } from "./expiry/sweeper.js";
import type { Ports } from "./ports/index.js";
import type { Hub } from "./realtime/hub.js";
import type { SessionServiceSettings } from "./settings.js";
import type { WebhookDispatcher } from "./webhooks/webhook-dispatcher.js";

/** What every operation works with. */
export interface ServiceContext extends Ports {
  readonly settings: SessionServiceSettings;
  readonly hub: Hub;
  readonly feed: AdminFeed;
  readonly sweeper: Sweeper;
  /** Null if no webhooks are configured. */
  readonly webhooks: WebhookDispatcher | null;
}
