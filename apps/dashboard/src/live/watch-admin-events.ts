import type { AdjournClient } from "@adjourn/client";
import type { LiveEvent, LiveStore } from "./live-store";

/** A burst is drawn once. */
const gatherMs = 50;
const tryAgainMs = 2_000;

interface Reactions {
  /** Events have come since `since` (ms). */
  readonly onEvents: (since: number) => void;
  /** The connection has just come to life. */
  readonly onLive: () => void;
}

/** Watches what happens to all sessions; comes back by itself when it is dropped. Returns how to stop. */
export const watchAdminEvents = (
  api: AdjournClient["trpc"],
  store: LiveStore,
  { onEvents, onLive }: Reactions,
): (() => void) => {
  let stopped = false;
  let unsubscribe = () => {};
  let retry: ReturnType<typeof setTimeout> | undefined;
  let gathering: ReturnType<typeof setTimeout> | undefined;

  const take = (event: LiveEvent) => {
    if (store.state().connection !== "live") {
      store.setConnection("live");
      onLive();
    }
    const at = Date.now();
    if (store.take(event))
      gathering ??= setTimeout(() => {
        gathering = undefined;
        onEvents(at);
      }, gatherMs);
  };

  const begin = () => {
    const subscription = api.adminEvents.subscribe(undefined, {
      onData: take,
      onConnectionStateChange: ({ state, error }) => {
        if (state === "connecting" && error) store.setConnection("lost");
      },
      onError: again,
      onComplete: again,
    });
    unsubscribe = () => subscription.unsubscribe();
  };

  const again = () => {
    if (stopped) return;
    store.setConnection("lost");
    clearTimeout(retry);
    retry = setTimeout(begin, tryAgainMs);
  };

  begin();
  return () => {
    stopped = true;
    clearTimeout(retry);
    clearTimeout(gathering);
    unsubscribe();
  };
};
