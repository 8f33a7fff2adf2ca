import type { PendingReply } from "../model/session-event.js";

/** A reply that an agent is writing to a user's message. An end of the session aborts it. */
export class InFlightReply implements PendingReply {
  private readonly controller = new AbortController();
  /** True once the user's message is stored. Only then does the reply count as a pending operation. */
  isInFlight = false;

  constructor(
    /** The id of the message that the reply will become. */
    readonly messageId: string,
    readonly inReplyTo: string,
    private readonly onChange: (reply: InFlightReply, finished: boolean) => void,
  ) {}

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Called once the user's message is stored. */
  start(): void {
    this.isInFlight = true;
    this.onChange(this, false);
  }

  /** Aborts with the error that the callers waiting for the reply receive. The first cause wins. */
  abort(cause: Error): void {
    this.controller.abort(cause);
  }

  finish(): void {
    this.onChange(this, true);
  }
}
