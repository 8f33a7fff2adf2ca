"use client";

import { useTRPCClient } from "@adjourn/client/react";
import { useEffect, useSyncExternalStore } from "react";
import { inBackground } from "./in-background";
import type { LiveStore } from "./live-store";

const firstProbeMs = 1_500;
const slowestProbeMs = 20_000;

/**
 * Looks whether the API answers again while the live connection is lost, and then has it opened at once: the socket's
 * own retries grow too far apart to sit and watch.
 */
export const useReconnect = (store: LiveStore, reconnect: () => void): void => {
  const api = useTRPCClient();
  const isLost = useSyncExternalStore(store.subscribe, store.state, store.state).connection === "lost";

  useEffect(() => {
    if (!isLost) return;
    let delayMs = firstProbeMs;
    let timer: ReturnType<typeof setTimeout>;
    const probe = async () => {
      try {
        await api.getSessionsHealth.query();
        reconnect();
        // It answers, but the socket may be what is in the way: less and less often then.
        delayMs = Math.min(delayMs * 2, slowestProbeMs);
      } catch {
        delayMs = firstProbeMs;
      }
      timer = setTimeout(() => inBackground(probe()), delayMs);
    };
    timer = setTimeout(() => inBackground(probe()), delayMs);
    window.addEventListener("online", reconnect);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("online", reconnect);
    };
  }, [isLost, api, reconnect]);
};
