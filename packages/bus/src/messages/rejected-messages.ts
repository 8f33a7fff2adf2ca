import type { Log } from "@adjourn/sessions";
import type { SealRefusal } from "./signed-messages.js";

/** `malformed`: signed by a node of this deployment, but in a form that this version does not know. */
export type RejectionCause = SealRefusal | "too_long" | "malformed";

export type RejectionCounts = Readonly<Record<RejectionCause, number>>;

/** Anyone with access to Redis can send any number of messages, so they are logged at most once per minute. */
const logEveryMs = 60_000;

/** Counts the messages from Redis that were rejected. */
export class RejectedMessages {
  private readonly counted = { unauthentic: 0, stale: 0, too_long: 0, malformed: 0 };
  private loggedAt = Number.NEGATIVE_INFINITY;
  private sinceLogged = 0;

  constructor(private readonly log: Log) {}

  get counts(): RejectionCounts {
    return { ...this.counted };
  }

  note(cause: RejectionCause): void {
    this.counted[cause] += 1;
    this.sinceLogged += 1;
    const now = performance.now();
    if (now - this.loggedAt < logEveryMs) return;
    this.log.warn(
      "Messages from Redis were refused. Nodes of one deployment need the same secret, others another REDIS_PREFIX",
      { cause, messages: this.sinceLogged },
    );
    this.loggedAt = now;
    this.sinceLogged = 0;
  }
}
