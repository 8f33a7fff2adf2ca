import { type SessionStore, StoreUnavailableError } from "@adjourn/sessions";
import { Counter, type Registry } from "prom-client";
import { DurationHistogram } from "./duration-histogram.js";
import { type Method, wrapMethods } from "./wrap-methods.js";

/** Wraps the store to measure every call by its name. A call costs two clock reads and a histogram bucket. */
export const instrumentStore = (store: SessionStore, registry: Registry): SessionStore => {
  const durations = new DurationHistogram({
    name: "adjourn_store_duration_seconds",
    help: "Time from a call of the store to its answer, waiting for a connection included",
    label: "operation",
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registry,
  });
  const failures = new Counter({
    name: "adjourn_store_unavailable_total",
    help: "Calls that the store could not answer",
    registers: [registry],
  });

  const measure = (name: string, method: Method): Method => {
    const timer = durations.timer(name);
    return (...args) => {
      const startedAt = performance.now();
      const answer = method(...args);
      if (!(answer instanceof Promise)) return answer;
      return answer.then(
        (result: unknown) => {
          timer((performance.now() - startedAt) / 1_000);
          return result;
        },
        (error: unknown) => {
          timer((performance.now() - startedAt) / 1_000);
          if (error instanceof StoreUnavailableError) failures.inc();
          throw error;
        },
      );
    };
  };

  return wrapMethods(store, (name, method) => (name === "now" ? null : measure(name, method)));
};
