import type { DropCause, EventFrame, SessionService, SubscriberSink } from "@adjourn/sessions";
import type { Registry } from "prom-client";
import { DurationHistogram } from "./duration-histogram.js";
import { LatencyQuantiles } from "./latency-quantiles.js";

/** Wraps the domain to measure how long an end takes to reach each subscriber of this node, and to show it in the statistics. */
export const instrumentSubscribers = (
  sessions: SessionService,
  registry: Registry,
  now: () => number,
): SessionService => {
  const observeLatency = new DurationHistogram({
    name: "adjourn_drop_latency_seconds",
    help: "Time from a session's end, as recorded, until its listeners on this node have received it and are dropped",
    buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10],
    registry,
  }).timer();
  const quantiles = new LatencyQuantiles();
  const since = new Date(now()).toISOString();
  // Parsed once for all listeners of a session, which end one after the other.
  let parsed = { endedAt: "", at: 0 };
  const onEnd = (endedAt: string) => {
    if (parsed.endedAt !== endedAt) parsed = { endedAt, at: Date.parse(endedAt) };
    const ms = Math.max(0, now() - parsed.at);
    observeLatency(ms / 1_000);
    quantiles.observe(ms);
  };
  return {
    ...sessions,
    getStatistics: async (input) => ({
      ...(await sessions.getStatistics(input)),
      dropLatency:
        quantiles.count === 0
          ? null
          : {
              p50Ms: quantiles.quantile(0.5),
              p99Ms: quantiles.quantile(0.99),
              listeners: quantiles.count,
              since,
            },
    }),
    sessionEvents: (input, sink, credential) =>
      sessions.sessionEvents(
        input,
        credential === "observer" ? sink : new InstrumentedSink(sink, onEnd),
        credential,
      ),
  };
};

class InstrumentedSink implements SubscriberSink {
  constructor(
    private readonly sink: SubscriberSink,
    private readonly onEnd: (endedAt: string) => void,
  ) {}

  get waitingBytes(): number {
    return this.sink.waitingBytes;
  }

  write(frame: EventFrame): void {
    this.sink.write(frame);
  }

  drained(): Promise<void> {
    return this.sink.drained();
  }

  end(last: EventFrame): void {
    if (last.event.type === "session.ended") this.onEnd(last.event.endedAt);
    this.sink.end(last);
  }

  drop(cause: DropCause): void {
    this.sink.drop(cause);
  }

  destroy(): void {
    this.sink.destroy();
  }
}
