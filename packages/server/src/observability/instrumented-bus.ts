import { type BusMessage, type EventBus, endingCauses } from "@adjourn/sessions";
import { Counter, Gauge, type Registry } from "prom-client";
import { DurationHistogram } from "./duration-histogram.js";

export interface BusFigures {
  /** The store's clock in ms, which stamps messages. */
  readonly now: () => number;
  /** Messages that this node could not send. */
  readonly dropped: () => number;
  /** Received messages that were rejected, by cause. */
  readonly refused: () => Readonly<Record<string, number>>;
}

/** Wraps the bus to count published ends and to measure the age of received messages. */
export const instrumentBus = (bus: EventBus, registry: Registry, figures: BusFigures): EventBus => {
  const ends = new Counter({
    name: "adjourn_ends_total",
    help: "Sessions that this node ended",
    labelNames: ["cause"],
    registers: [registry],
  });
  // Every cause starts at 0, so that its first end counts as an increase.
  for (const cause of endingCauses) ends.inc({ cause }, 0);
  const observeAge = new DurationHistogram({
    name: "adjourn_bus_latency_seconds",
    help: "Age of a session's message when it is received from the bus",
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registry,
  }).timer();
  registerGauges(bus, registry, figures);
  const noteAge = (message: BusMessage): void => {
    if (message.kind !== "message" && message.kind !== "event") return;
    observeAge(Math.max(0, figures.now() - Date.parse(message.at)) / 1_000);
  };
  return {
    publish: (subject, message) => {
      // An end is published twice; the second message is for admins.
      if (message.kind === "ended" && subject.endsWith(message.ending.sessionId))
        ends.inc({ cause: message.ending.cause });
      bus.publish(subject, message);
    },
    subscribe: (subject, onMessage) =>
      bus.subscribe(subject, (message) => {
        noteAge(message);
        onMessage(message);
      }),
    onGap: (listener) => bus.onGap(listener),
    get status() {
      return bus.status;
    },
    close: () => bus.close(),
  };
};

const registerGauges = (bus: EventBus, registry: Registry, figures: BusFigures): void => {
  new Gauge({
    name: "adjourn_bus_up",
    help: "1 while the bus is up, 0 while nodes learn of ends only through the store",
    registers: [registry],
    collect() {
      this.set(bus.status === "ok" ? 1 : 0);
    },
  });
  new Gauge({
    name: "adjourn_bus_dropped_messages",
    help: "Messages that could not be sent, since the start",
    registers: [registry],
    collect() {
      this.set(figures.dropped());
    },
  });
  new Gauge({
    name: "adjourn_bus_refused_messages",
    help: "Rejected messages since the start: not from a node of this deployment, stale, too long or malformed",
    labelNames: ["cause"],
    registers: [registry],
    collect() {
      for (const [cause, count] of Object.entries(figures.refused())) this.set({ cause }, count);
    },
  });
};
