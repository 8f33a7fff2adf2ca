import type { SessionEvent } from "../model/session-event.js";

/** An event that is serialised once for all subscribers. */
export interface EventFrame {
  readonly event: SessionEvent;
  readonly json: string;
  /** A wire caches its own encoding here, under its own key. */
  readonly wireForms: Map<string, unknown>;
}

/** Why a subscriber is dropped although its session has not ended. Each wire maps it to its own close. */
export type DropCause = "too_slow" | "draining";

/** The connection of one subscriber. No method throws; after `end` or `drop` only `destroy` may be called. */
export interface SubscriberSink {
  write(frame: EventFrame): void;
  /** Bytes written that the peer has not taken yet. */
  readonly waitingBytes: number;
  /** Resolves when more may be written without piling up, and when the connection is gone. */
  drained(): Promise<void>;
  /** Writes `session.ended`, completes, then closes as the wire does. One call, so that a wire can send all of it at once. */
  end(last: EventFrame): void;
  drop(cause: DropCause): void;
  /** Cuts the connection at once, for a peer that did not answer `end` in time. May follow `end`. */
  destroy(): void;
}
