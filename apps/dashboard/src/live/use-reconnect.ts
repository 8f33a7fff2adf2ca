"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useEffect, useSyncExternalStore } from "react";
import { inBackground } from "./in-background";
import type { LiveStore } from "./live-store";

const firstProbeMs = 1_500;
const slowestProbeMs = 20_000;

/**
 * Polls the API while the live connection is lost and calls `reconnect` as soon as it answers. The socket's own retry
 * interval grows too long for a page that someone watches.
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
        // The API answers but the socket may still fail, so back off.
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
