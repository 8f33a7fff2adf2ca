import type { AdminFeed } from "./admin-feed.js";
import type { Sweeper } from "./expire-sessions.js";
import type { Hub } from "./hub.js";
import type { Ports } from "./ports.js";
import type { SessionsSettings } from "./settings.js";

/** What every use case works with. */
export interface Domain extends Ports {
  readonly settings: SessionsSettings;
  readonly hub: Hub;
  readonly feed: AdminFeed;
  readonly sweeper: Sweeper;
}
