import type { DropCause, EventFrame, SessionService, SubscriberSink } from "@adjourn/sessions";
import { Histogram, type Registry } from "prom-client";

/** Wraps the domain to measure how long an end takes to reach each subscriber of this node. */
export const instrumentSubscribers = (
  sessions: SessionService,
  registry: Registry,
  now: () => number,
): SessionService => {
  const latencies = new Histogram({
    name: "adjourn_drop_latency_seconds",
    help: "Time from a session's end, as recorded, until its listeners on this node have received it and are dropped",
    buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10],
    registers: [registry],
  });
  const onEnd = (endedAt: string) => latencies.observe(Math.max(0, now() - Date.parse(endedAt)) / 1_000);
  return {
    ...sessions,
    sessionEvents: (input, sink, credential) =>
      sessions.sessionEvents(input, new MeasuredWriter(sink, onEnd), credential),
  };
};

class MeasuredWriter implements SubscriberSink {
  constructor(
    private readonly sink: SubscriberSink,
    private readonly onEnd: (endedAt: string) => void,
  ) {}

  get waitingBytes(): number {
    return this.sink.waitingBytes;
  }

  write(frame: EventFrame): void {
    if (frame.event.type === "session.ended") this.onEnd(frame.event.endedAt);
    this.sink.write(frame);
  }

  drained(): Promise<void> {
    return this.sink.drained();
  }

  end(): void {
    this.sink.end();
  }

  drop(cause: DropCause): void {
    this.sink.drop(cause);
  }

  destroy(): void {
    this.sink.destroy();
  }
}
