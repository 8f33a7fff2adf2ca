"use client";

import { useMemo, useSyncExternalStore } from "react";
import type { ClientSession } from "../session/client-session.js";
import { useAdjournClient } from "./adjourn-provider.js";
import { createSessionStore, type SessionSnapshot } from "./session-store.js";

export interface UseSessionResult extends SessionSnapshot, Pick<ClientSession, "send" | "cancel" | "end"> {
  /** Puts up to 100 messages before the first one shown. Does nothing if `hasEarlier` is false. */
  loadEarlier(): Promise<void>;
}

/**
 * A live session: its newest 100 messages and all that follow, the reply that is being written included; `hasEarlier`
 * says whether `loadEarlier` has older ones to add, which a session can only answer while it lives. It goes by the
 * session's own last event, so `ended` is shown whoever ended it and whatever happened to the connection meanwhile. The
 * error of a call is shown as `error` too, so that its promise may be ignored.
 */
export const useSession = (sessionId: string): UseSessionResult => {
  const client = useAdjournClient();
  const { store, calls } = useMemo(() => {
    const store = createSessionStore(client, sessionId);
    const session = client.session(sessionId);
    const calls: Omit<UseSessionResult, keyof SessionSnapshot> = {
      send: (content, options) => store.track(session.send(content, options)),
      cancel: (options) => store.track(session.cancel(options)),
      end: (options) => store.track(session.end(options)),
      loadEarlier: () => store.track(store.loadEarlier()),
    };
    return { store, calls };
  }, [client, sessionId]);
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot);
  return { ...snapshot, ...calls };
};
