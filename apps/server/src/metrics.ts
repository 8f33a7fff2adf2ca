import type { Sessions } from "@adjourn/sessions";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export interface Metrics {
  /** Notes an answered HTTP request; a stream counts until it ends. */
  answered(method: string, status: number, seconds: number): void;
  /** Prometheus text. */
  text(): Promise<string>;
  readonly contentType: string;
}

const knownMethods = ["GET", "POST", "PATCH", "DELETE", "OPTIONS", "HEAD"];

export const createMetrics = (sessions: Sessions): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "adjourn_" });
  const requests = new Counter({
    name: "adjourn_http_requests_total",
    help: "HTTP requests answered",
    labelNames: ["method", "status"],
    registers: [registry],
  });
  const durations = new Histogram({
    name: "adjourn_http_request_duration_seconds",
    help: "Time from a request's head to the end of its answer",
    labelNames: ["method"],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers: [registry],
  });
  gauge(
    registry,
    "adjourn_held_sessions",
    "Sessions with a listener or a reply under way on this node",
    () => sessions.held().sessions,
  );
  gauge(registry, "adjourn_listeners", "Live listeners on this node", () => sessions.held().listeners);
  gauge(
    registry,
    "adjourn_pending_operations",
    "Operations that have not been answered yet on this node",
    () => sessions.held().operations,
  );

  return {
    answered: (method, status, seconds) => {
      // A method is the client's own word: only the known ones may become labels.
      const label = knownMethods.includes(method) ? method : "other";
      requests.inc({ method: label, status: String(status) });
      durations.observe({ method: label }, seconds);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
};

const gauge = (registry: Registry, name: string, help: string, read: () => number): void => {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
};
