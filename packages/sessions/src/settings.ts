import type { TimeoutSettings } from "./model/timeout-policy.js";

/** The domain's fixed settings. */
export interface SessionServiceSettings {
  readonly timeouts: TimeoutSettings;
  /** Unique among the processes that share the store. */
  readonly nodeId: string;
  /** Interval of the reconciliation with the store, in ms. Null for a single process, which sees every write itself. */
  readonly reconcileEveryMs: number | null;
  /** Interval in ms at which conversations are indexed; null leaves that to other processes. */
  readonly indexEveryMs: number | null;
  /** How long endings and the histories of ended sessions are kept; null keeps them for ever. */
  readonly retentionDays: number | null;
}
