import type { EndingCause } from "../model/ending.js";
import type { Usage } from "../model/reply.js";

/** Points from `from`, every `stepMs`, the last at `to`. All times in ms; `stepMs` is whole, and at least 1. */
export interface StatisticsRange {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly points: number;
}

export interface AgentFigures {
  readonly agentId: string;
  /** Live sessions. */
  readonly sessions: number;
  /** Replies in flight. */
  readonly pendingReplies: number;
  /** The sum over the agent's sessions that were live in the range, each counted whole. */
  readonly usage: Usage;
}

export interface StoredStatistics {
  /** Sessions live at each point. */
  readonly active: readonly number[];
  /** Endings between a point and the one before it. A cause without endings may be missing. */
  readonly ended: ReadonlyMap<EndingCause, readonly number[]>;
  /** Each agent with a figure above zero, in any order. */
  readonly agents: readonly AgentFigures[];
}

export interface StatisticsStore {
  /**
   * Aggregates over live sessions and endings. A session that ends during the call may be counted twice or not at all.
   * @throws StoreUnavailableError
   */
  readStatistics(range: StatisticsRange): Promise<StoredStatistics>;
}
