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
    const stop = probe(() => api.getSessionsHealth.query(), reconnect);
    window.addEventListener("online", reconnect);
    return () => {
      stop();
      window.removeEventListener("online", reconnect);
    };
  }, [isLost, api, reconnect]);
};

/** Calls `onAnswer` each time that `ask` is answered. Returns the stop function, which also drops an answer under way. */
export const probe = (ask: () => Promise<unknown>, onAnswer: () => void): (() => void) => {
  let isStopped = false;
  let delayMs = firstProbeMs;
  let timer: ReturnType<typeof setTimeout>;
  const schedule = () => {
    timer = setTimeout(() => inBackground(tryOnce()), delayMs);
  };
  const tryOnce = async () => {
    const isAnswered = await ask().then(
      () => true,
      () => false,
    );
    // A connection that came about in the meantime stays.
    if (isStopped) return;
    if (isAnswered) onAnswer();
    // The API answers but the socket may still fail, so back off.
    delayMs = isAnswered ? Math.min(delayMs * 2, slowestProbeMs) : firstProbeMs;
    schedule();
  };
  schedule();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
};
