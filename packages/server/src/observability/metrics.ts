import {
  type EventBus,
  type SessionService,
  type SessionStats,
  type SessionStore,
  withDeadline,
} from "@adjourn/sessions";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { systemClock } from "../system-clock.js";
import { countAgentFailures } from "./agent-failures.js";
import { countTokens } from "./counted-tokens.js";
import { DurationHistogram } from "./duration-histogram.js";
import { type BusFigures, instrumentBus } from "./instrumented-bus.js";
import { instrumentStore } from "./instrumented-store.js";
import { instrumentSubscribers } from "./instrumented-subscribers.js";
import { countAttempts, countPendingDeliveries } from "./webhook-metrics.js";

export interface Metrics {
  /** Each of these returns a wrapper that measures its argument. */
  store(store: SessionStore): SessionStore;
  bus(bus: EventBus, figures: BusFigures): EventBus;
  sessions(sessions: SessionService, store: SessionStore): SessionService;
  /** Measures the pending deliveries of a server with webhooks. */
  webhooks(store: SessionStore): void;
  /** Records an answered HTTP request; a stream counts until it ends. */
  answered(method: string, status: number, seconds: number): void;
  /** The metrics as Prometheus text. */
  text(): Promise<string>;
  readonly contentType: string;
}

const knownMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];
/** Longest wait for the store's counts, in ms. */
const countWithinMs = 1_000;

export const createMetrics = (): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "adjourn_" });
  const answered = countAnswers(registry);
  return {
    store: (store) => {
      const replies = countAgentFailures(countTokens(store, registry), registry);
      return instrumentStore(countAttempts(replies, registry), registry);
    },
    bus: (bus, figures) => instrumentBus(bus, registry, figures),
    sessions: (sessions, store) => {
      countSessions(registry, store);
      countLocalTotals(registry, sessions);
      return instrumentSubscribers(sessions, registry, () => store.now());
    },
    webhooks: (store) => countPendingDeliveries(registry, store),
    answered,
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
};

/** Counts in plain numbers, which prom-client reads when it is asked: its counters hash their labels at every call. */
const countAnswers = (registry: Registry): Metrics["answered"] => {
  const counts = new Map<string, { readonly method: string; readonly status: string; count: number }>();
  new Counter({
    name: "adjourn_http_requests_total",
    help: "HTTP requests answered",
    labelNames: ["method", "status"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { count, ...labels } of counts.values()) this.inc(labels, count);
    },
  });
  const durations = new DurationHistogram({
    name: "adjourn_http_request_duration_seconds",
    help: "Time from a request's head to the end of its answer",
    label: "method",
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registry,
  });
  const timers = new Map([...knownMethods, "other"].map((method) => [method, durations.timer(method)]));
  return (given, statusCode, seconds) => {
    // The client chooses the method, so only known ones become labels.
    const method = timers.has(given) ? given : "other";
    const status = String(statusCode);
    const key = `${method} ${status}`;
    const row = counts.get(key) ?? { method, status, count: 0 };
    if (row.count === 0) counts.set(key, row);
    row.count += 1;
    timers.get(method)?.(seconds);
  };
};

/** Counts over the whole store, the same on every node. Omitted while the store does not answer. */
const countSessions = (registry: Registry, store: SessionStore): void => {
  /** Concurrent scrapes share one count. */
  let pending: Promise<SessionStats | null> | null = null;
  const count = (): Promise<SessionStats | null> => {
    pending ??= store
      .countSessions()
      .catch(() => null)
      .finally(() => {
        pending = null;
      });
    return pending;
  };
  new Gauge({
    name: "adjourn_sessions",
    help: "Sessions in the store: active, and expired but without an ending yet",
    labelNames: ["state"],
    registers: [registry],
    async collect() {
      this.reset();
      const counts = await withDeadline(systemClock, countWithinMs, count(), null);
      if (!counts) return;
      this.set({ state: "active" }, counts.active);
      this.set({ state: "expired" }, counts.expired);
    },
  });
};

const countLocalTotals = (registry: Registry, sessions: SessionService): void => {
  const gauge = (
    name: string,
    help: string,
    read: (totals: ReturnType<SessionService["localTotals"]>) => number,
  ) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read(sessions.localTotals()));
      },
    });
  gauge(
    "adjourn_held_sessions",
    "Sessions with a listener or a reply in flight on this node",
    (totals) => totals.sessions,
  );
  gauge("adjourn_listeners", "Live listeners on this node", (totals) => totals.listeners);
  gauge(
    "adjourn_pending_operations",
    "Operations that have not been answered yet on this node",
    (totals) => totals.operations,
  );
};
