import type { Log } from "@adjourn/sessions";

/** The options of bus and presence. */
export interface RedisOptions {
  readonly url: string;
  /** Prefix of all keys and channels. Deployments on the same Redis need different ones. */
  readonly prefix: string;
  /** The key that signs messages, known only to the nodes of this deployment. */
  readonly key: Uint8Array;
  /** Milliseconds since the epoch, by the clock that all nodes share. */
  readonly now: () => number;
  readonly log: Log;
}
