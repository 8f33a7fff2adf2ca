import type { DropCause, EventFrame, SessionEvent, SubscriberSink } from "@adjourn/sessions";

/** A listener's end of the hub that writes down what it is given. */
export class RecordingSink implements SubscriberSink {
  readonly events: SessionEvent[] = [];
  /** `ended`, `destroyed` or why it was dropped, in the order in which it was told. */
  readonly farewells: ("ended" | "destroyed" | DropCause)[] = [];
  /** Set by a test that plays a slow reader. */
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

  end(): void {
    this.farewells.push("ended");
    this.wake();
  }

  drop(cause: DropCause): void {
    this.farewells.push(cause);
    this.wake();
  }

  destroy(): void {
    this.farewells.push("destroyed");
    this.wake();
  }

  /** Resolves once the condition holds; asked again at each thing it is told. */
  async until(holds: (writer: RecordingSink) => boolean): Promise<void> {
    while (!holds(this))
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
  }
}
