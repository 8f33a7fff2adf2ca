import type { Log } from "@adjourn/sessions";

/** What the bus and presence of one node need. */
export interface RedisOptions {
  readonly url: string;
  /** What all names of this deployment begin with; others on the same Redis have another. */
  readonly prefix: string;
  /** Known to this deployment's nodes alone: what was not signed with it is not taken. */
  readonly key: Uint8Array;
  /** Milliseconds since the epoch, by a clock that all nodes share. */
  readonly now: () => number;
  readonly log: Log;
}
