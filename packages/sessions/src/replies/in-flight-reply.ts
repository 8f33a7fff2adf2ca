import type { PendingReply } from "../model/session-event.js";

/** A reply that is being written for a user's message: what an end cancels. */
export class InFlightReply implements PendingReply {
  private readonly controller = new AbortController();
  /** True once the user's message is stored; before that there is nothing to speak of. */
  isInFlight = false;

  constructor(
    /** The id that the reply's message will have. */
    readonly messageId: string,
    readonly inReplyTo: string,
    private readonly onChange: (reply: InFlightReply, finished: boolean) => void,
  ) {}

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The user's message is stored: from here on an end cuts something off. */
  start(): void {
    this.isInFlight = true;
    this.onChange(this, false);
  }

  /** The first cause stays: it is what those who wait for the reply get. */
  abort(cause: Error): void {
    this.controller.abort(cause);
  }

  finish(): void {
    this.onChange(this, true);
  }
}
