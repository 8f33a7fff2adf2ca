import type { LiveEvent, LiveStore } from "./live-store";

/** Events within this time are rendered once. */
const gatherMs = 50;
const tryAgainMs = 2_000;
/** Browsers delay new sockets after failures, and a firewall may drop packets silently: after this the state is `lost`. */
const connectTimeoutMs = 4_000;

/** The part of the client that is used here. */
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
  /** Events arrived that concern the lists. */
  readonly onEvents: () => void;
  /** Events arrive from now on. Those before it, or during an outage, were missed. */
  readonly onLive: () => void;
}

/** Subscribes to the admin events and resubscribes when dropped. Returns the stop function. */
export const watchAdminEvents = (
  api: AdminEvents,
  store: LiveStore,
  { onEvents, onLive }: Reactions,
): (() => void) => {
  let stopped = false;
  /** Whether an event has arrived since the last (re)connect. The store may still be live from an earlier connection. */
  let isCurrent = false;
  let unsubscribe = () => {};
  let retry: ReturnType<typeof setTimeout> | undefined;

  const gather = createGatherer(() => {
    store.notify();
    onEvents();
    store.forget();
  });
  const take = (event: LiveEvent) => {
    if (!isCurrent) {
      isCurrent = true;
      store.setConnection("live");
      onLive();
    }
    if (store.take(event)) gather();
  };

  const begin = () => {
    const subscription = api.adminEvents.subscribe(undefined, {
      onData: take,
      onConnectionStateChange: ({ state, error }) => {
        if (state !== "connecting") return;
        isCurrent = false;
        if (error) store.setConnection("lost");
      },
      onError: again,
      onComplete: again,
    });
    unsubscribe = () => subscription.unsubscribe();
  };

  const again = () => {
    if (stopped) return;
    isCurrent = false;
    store.setConnection("lost");
    clearTimeout(retry);
    retry = setTimeout(begin, tryAgainMs);
  };

  begin();
  const connectTimeout = setTimeout(() => {
    if (store.state().connection === "connecting") store.setConnection("lost");
  }, connectTimeoutMs);
  return () => {
    stopped = true;
    clearTimeout(connectTimeout);
    clearTimeout(retry);
    unsubscribe();
  };
};

/** Calls `flush` once for all events within {@link gatherMs}. */
const createGatherer = (flush: () => void): (() => void) => {
  let isGathering = false;
  return () => {
    if (isGathering) return;
    isGathering = true;
    setTimeout(() => {
      isGathering = false;
      flush();
    }, gatherMs);
  };
};
