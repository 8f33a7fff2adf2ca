import type { PresenceRecord } from "./bus-message.js";

/** Publishes what this node holds and reads what the other nodes hold. A node that dies takes its records with it. */
export interface Presence {
  /** Replaces this node's record of a session; null removes it. */
  report(sessionId: string, record: PresenceRecord | null): void;
  /** The records of all other nodes, merged by session. */
  remote(sessionIds: readonly string[]): Promise<ReadonlyMap<string, PresenceRecord>>;
  /**
   * How many listeners all other nodes have for each session that has any; null if their records are of more than
   * `limits.listenedSessions` sessions.
   */
  remoteListeners(): Promise<ReadonlyMap<string, number> | null>;
}
