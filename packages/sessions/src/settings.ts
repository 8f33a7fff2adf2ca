import type { TimeoutSettings } from "./model/timeout-policy.js";

/** What the domain is told once, when it is put together. */
export interface SessionServiceSettings {
  readonly timeouts: TimeoutSettings;
  /** Unique to this process among all that share the store. */
  readonly nodeId: string;
  /** How often the store is asked for what the bus may have lost, ms; null for a single process that sees every write. */
  readonly reconcileEveryMs: number | null;
  /** How long endings, and histories without a live session, are kept; null for ever. */
  readonly retentionDays: number | null;
}
