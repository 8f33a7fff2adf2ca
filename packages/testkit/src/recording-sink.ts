import type { DropCause, EventFrame, SessionEvent, SubscriberSink } from "@adjourn/sessions";

/** A subscriber's sink that records its events. */
export class RecordingSink implements SubscriberSink {
  readonly events: SessionEvent[] = [];
  /** `ended`, `destroyed` or the cause of a drop, in the order of the calls. */
  readonly closings: ("ended" | "destroyed" | DropCause)[] = [];
  /** Set by a test that simulates a slow reader. */
  waitingBytes = 0;
  private wake: () => void = () => {};

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  get contents(): string[] {
    return this.events.flatMap((event) => (event.type === "message" ? [event.message.content] : []));
  }

  get lastId(): string {
    return this.events.at(-1)?.id ?? "";
  }

  write({ event }: EventFrame): void {
    this.events.push(event);
    this.wake();
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  end({ event }: EventFrame): void {
    this.events.push(event);
    this.closings.push("ended");
    this.wake();
  }

  drop(cause: DropCause): void {
    this.closings.push(cause);
    this.wake();
  }

  destroy(): void {
    this.closings.push("destroyed");
    this.wake();
  }

  /** Resolves once the condition holds; checked after each call. */
  async until(holds: (sink: RecordingSink) => boolean): Promise<void> {
    while (!holds(this))
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
  }
}
