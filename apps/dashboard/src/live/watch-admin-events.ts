import type { LiveEvent, LiveStore } from "./live-store";

/** A burst is drawn once. */
const gatherMs = 50;
const tryAgainMs = 2_000;
/** Browsers hold new sockets back behind failed ones, and a firewall may let one wait for ever: by then it is a loss. */
const patienceMs = 4_000;

/** What this uses of the client. */
export interface AdminEvents {
  readonly adminEvents: {
    subscribe(
      input: undefined,
      handlers: {
        onData(event: LiveEvent): void;
        onConnectionStateChange(change: { readonly state: string; readonly error?: unknown }): void;
        onError(): void;
        onComplete(): void;
      },
    ): { unsubscribe(): void };
  };
}

interface Reactions {
  /** Events have come since `since` (ms). */
  readonly onEvents: (since: number) => void;
  /** The connection has just come to life. */
  readonly onLive: () => void;
}

/** Watches what happens to all sessions; comes back by itself when it is dropped. Returns how to stop. */
export const watchAdminEvents = (
  api: AdminEvents,
  store: LiveStore,
  { onEvents, onLive }: Reactions,
): (() => void) => {
  let stopped = false;
  let unsubscribe = () => {};
  let retry: ReturnType<typeof setTimeout> | undefined;
  let isGathering = false;

  const take = (event: LiveEvent) => {
    if (store.state().connection !== "live") {
      store.setConnection("live");
      onLive();
    }
    const at = Date.now();
    if (!store.take(event) || isGathering) return;
    isGathering = true;
    setTimeout(() => {
      isGathering = false;
      store.tell();
      onEvents(at);
      store.forget();
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
  const patience = setTimeout(() => {
    if (store.state().connection === "connecting") store.setConnection("lost");
  }, patienceMs);
  return () => {
    stopped = true;
    clearTimeout(patience);
    clearTimeout(retry);
    unsubscribe();
  };
};
