"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useSyncExternalStore } from "react";
import { inBackground } from "../live/in-background";
import { loadLater } from "../ui/load-later";
import { listenToOtherTabs } from "./other-tabs";

const SignedOutDialog = loadLater(() => import("./signed-out-dialog").then((file) => file.SignedOutDialog), {
  onDemand: true,
});

const listeners = new Set<() => void>();
let isSignedOut = false;

const set = (next: boolean) => {
  isSignedOut = next;
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Reports that the API has refused a call for want of a key. */
export const reportSignedOut = (): void => set(true);

/** Asks for the key where the sign-in has run out, here or in another tab. Then every list is read again. */
export const SignedOut = () => {
  const queryClient = useQueryClient();
  const isShown = useSyncExternalStore(
    subscribe,
    () => isSignedOut,
    () => false,
  );
  const onSignedIn = useCallback(() => {
    set(false);
    inBackground(queryClient.invalidateQueries());
  }, [queryClient]);
  useEffect(
    () => listenToOtherTabs((change) => (change === "out" ? reportSignedOut() : onSignedIn())),
    [onSignedIn],
  );
  if (!isShown) return null;
  return <SignedOutDialog onSignedIn={onSignedIn} />;
};
