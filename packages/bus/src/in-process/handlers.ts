import type { BusMessage, Log } from "@adjourn/sessions";

/** Who listens to one subject in this process. */
export class Handlers {
  // Each entry is an object of its own, so that one function may listen twice.
  private readonly entries = new Set<{ readonly handler: (message: BusMessage) => void }>();

  constructor(
    private readonly subject: string,
    private readonly log?: Log,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  /** The function that takes it out again; idempotent. */
  add(handler: (message: BusMessage) => void): () => void {
    const entry = { handler };
    this.entries.add(entry);
    return () => {
      this.entries.delete(entry);
    };
  }

  /** One that throws keeps the message from no other. */
  call(message: BusMessage): void {
    for (const { handler } of this.entries) {
      try {
        handler(message);
      } catch (error) {
        this.log?.error("A listener to the event bus failed", {
          subject: this.subject,
          error: String(error),
        });
      }
    }
  }
}
