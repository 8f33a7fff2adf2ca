import { type PendingDeliveries, type SessionStore, withDeadline } from "@adjourn/sessions";
import { Counter, Gauge, type Registry } from "prom-client";
import { systemClock } from "../system-clock.js";
import { withMethod } from "./wrap-methods.js";

/** Longest wait for the store's counts, in ms. */
const countWithinMs = 1_000;

/** Counts what became of each attempt of this node. */
export const countAttempts = <Store extends SessionStore>(store: Store, registry: Registry): Store => {
  const attempts = new Counter({
    name: "adjourn_webhook_attempts_total",
    help: "Attempts to deliver a webhook, by the status that the delivery has since; pending ones are tried again",
    labelNames: ["status"],
    registers: [registry],
  });
  const finishAttempt: SessionStore["finishAttempt"] = async (finished) => {
    const isRecorded = await store.finishAttempt(finished);
    if (isRecorded) attempts.inc({ status: finished.status });
    return isRecorded;
  };
  return withMethod(store, "finishAttempt", finishAttempt);
};

/** Counts over the whole store, the same on every node. They keep their last value while the store does not answer. */
export const countPendingDeliveries = (registry: Registry, store: SessionStore): void => {
  /** Both gauges of a scrape share one count. */
  let counting: Promise<PendingDeliveries | null> | null = null;
  const count = (): Promise<PendingDeliveries | null> => {
    counting ??= withDeadline(systemClock, countWithinMs, store.countPendingDeliveries(), null).finally(
      () => {
        counting = null;
      },
    );
    return counting;
  };
  new Gauge({
    name: "adjourn_webhook_deliveries_pending",
    help: "Webhook deliveries that are not delivered yet",
    registers: [registry],
    async collect() {
      const pending = await count();
      if (pending) this.set(pending.count);
    },
  });
  new Gauge({
    name: "adjourn_webhook_oldest_pending_seconds",
    help: "Age of the oldest pending webhook delivery; 0 if there is none",
    registers: [registry],
    async collect() {
      const pending = await count();
      if (!pending) return;
      const { oldestAt } = pending;
      this.set(oldestAt === null ? 0 : Math.max(0, store.now() - oldestAt) / 1_000);
    },
  });
};
