import type { Clock } from "./ports/index.js";
import type { SessionStore } from "./ports/session-store.js";

export type StoreState = "ok" | "down";

/** How long an answer of the store is reused, in ms. */
export const probeKeptMs = 500;

/**
 * Pings the store for all callers together: at most one ping runs at a time, and its answer is reused for 500 ms. Frequent
 * probes therefore take no capacity from real calls.
 */
export const createStoreProbe = ({
  store,
  clock,
}: {
  readonly store: SessionStore;
  readonly clock: Clock;
}): (() => Promise<StoreState>) => {
  let underWay: Promise<StoreState> | null = null;
  let last: { readonly state: StoreState; readonly at: number } | null = null;

  const ping = async (): Promise<StoreState> => {
    const state = await store.ping().then(
      () => "ok" as const,
      () => "down" as const,
    );
    last = { state, at: clock.now() };
    underWay = null;
    return state;
  };

  return async () => {
    if (last && clock.now() - last.at < probeKeptMs) return last.state;
    underWay ??= ping();
    return underWay;
  };
};
