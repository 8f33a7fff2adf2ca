import type { Clock } from "./ports/index.js";
import type { SessionStore } from "./ports/session-store.js";

export type StoreState = "ok" | "down";

/** How long an answer of the store is good for. */
export const probeKeptMs = 500;

/**
 * Asks the store whether it is there, for all who want to know at once: one ping is under way at a time, and its answer
 * is kept for a moment. Anyone may ask as often as they like, and takes no real call's place.
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
