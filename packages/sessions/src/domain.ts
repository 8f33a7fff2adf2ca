import type { AdminFeed } from "./admin-feed.js";
import type { Sweeper } from "./expire-sessions.js";
import type { Hub } from "./hub.js";
import type { Ports } from "./ports.js";
import type { TimeoutSettings } from "./timeout-policy.js";

export interface SessionsSettings {
  readonly timeouts: TimeoutSettings;
  /** Unique to this process among all that share the store. */
  readonly nodeId: string;
  /** How often what is held is held against the store, ms; null for a single process that sees every write itself. */
  readonly lookEveryMs: number | null;
  /** How long endings, and histories without a live session, are kept; null for ever. */
  readonly retentionDays: number | null;
}

/** What every use case works with. */
export interface Domain extends Ports {
  readonly settings: SessionsSettings;
  readonly hub: Hub;
  readonly feed: AdminFeed;
  readonly sweeper: Sweeper;
}
