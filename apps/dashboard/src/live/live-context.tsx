"use client";

import type { AdjournClient } from "@adjourn/client";
import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { changeFetchedLists, changeLists } from "../lists/change-lists";
import { statisticsKey } from "../lists/list-keys";
import type { Ending } from "../lists/records";
import { inBackground } from "./in-background";
import { createLiveStore, type LiveStore } from "./live-store";
import { openSocket, whenOpen } from "./open-socket";
import { createThrottle } from "./throttle";
import { useReconnect } from "./use-reconnect";
import { watchAdminEvents } from "./watch-admin-events";

interface Live {
  readonly store: LiveStore;
  /** For subscriptions only, directly to the API; null until the page runs in a browser. */
  readonly socket: AdjournClient | null;
  /** Where the browser finds the API. */
  readonly publicApiUrl: string;
}

/** How long after an event the statistics are refetched, and how often at most. The API keeps an answer for a second. */
const statisticsMs = 2_000;

const LiveContext = createContext<Live | null>(null);

interface LiveProviderProps {
  readonly publicApiUrl: string;
  readonly children: ReactNode;
}

/** Keeps every list up to date for as long as the page is open. */
export const LiveProvider = ({ publicApiUrl, children }: LiveProviderProps) => {
  const api = useTRPCClient();
  const queryClient = useQueryClient();
  const [store] = useState(() => createLiveStore());
  const [attempt, setAttempt] = useState(0);
  const [socket, setSocket] = useState<AdjournClient | null>(null);

  useEffect(() => changeFetchedLists(queryClient, store), [queryClient, store]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is a new socket
  useEffect(() => {
    const statistics = createThrottle(
      () => inBackground(queryClient.invalidateQueries({ queryKey: [statisticsKey] })),
      statisticsMs,
    );
    return whenOpen(
      openSocket(publicApiUrl, api),
      (client) => {
        setSocket(client);
        const stop = watchAdminEvents(client.trpc, store, {
          onEvents: () => {
            changeLists(queryClient, store);
            statistics.request();
          },
          // The lists may lack what was missed.
          // A list that no page shows is dropped: applying the next event to it would make it appear up to date.
          onLive: () => {
            queryClient.removeQueries({ type: "inactive" });
            inBackground(queryClient.invalidateQueries());
            // The API may answer this with statistics from before what was missed.
            statistics.request();
          },
        });
        return () => {
          stop();
          statistics.stop();
          inBackground(client.close());
        };
      },
      () => store.setConnection("lost"),
    );
  }, [api, publicApiUrl, store, queryClient, attempt]);

  useReconnect(
    store,
    useCallback(() => setAttempt((count) => count + 1), []),
  );
  return (
    <LiveContext value={useMemo(() => ({ store, socket, publicApiUrl }), [store, socket, publicApiUrl])}>
      {children}
    </LiveContext>
  );
};

export const useLive = (): Live => {
  const live = use(LiveContext);
  if (!live) throw new Error("LiveProvider is missing above this component");
  return live;
};

export const useLiveStore = (): LiveStore => useLive().store;

export const useLiveState = () => {
  const store = useLiveStore();
  return useSyncExternalStore(store.subscribe, store.state, store.state);
};

/** Whether a session is known to be gone, and its ending if that is known. */
export const useKnownEnding = (
  sessionId: string,
): { readonly isGone: boolean; readonly ending: Ending | undefined } => {
  const store = useLiveStore();
  useLiveState();
  useEffect(() => store.keep(sessionId), [store, sessionId]);
  return { isGone: store.isGone(sessionId), ending: store.ending(sessionId) };
};

/** Refetch interval, ms: long while events arrive (a safeguard against a lost one), short while the connection is lost. */
export const useRefetchInterval = (): number => (useLiveState().connection === "live" ? 30_000 : 4_000);
