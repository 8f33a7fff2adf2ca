import type { BusMessage, Log } from "@adjourn/sessions";

/** The handlers of one subject in this process. */
export class Handlers {
  // Each entry is a new object, so that the same function can subscribe twice.
  private readonly entries = new Set<{ readonly handler: (message: BusMessage) => void }>();

  constructor(
    private readonly subject: string,
    private readonly log?: Log,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  /** @returns a function that removes the handler; idempotent */
  add(handler: (message: BusMessage) => void): () => void {
    const entry = { handler };
    this.entries.add(entry);
    return () => {
      this.entries.delete(entry);
    };
  }

  /** Calls every handler, even if one throws. */
  call(message: BusMessage): void {
    for (const { handler } of this.entries) {
      try {
        handler(message);
      } catch (error) {
        this.log?.error("A subscriber of the event bus failed", {
          subject: this.subject,
          error: String(error),
        });
      }
    }
  }
}
