"use client";

import { useMemo, useSyncExternalStore } from "react";
import type { ClientSession } from "../session/client-session.js";
import { useAdjournClient } from "./adjourn-provider.js";
import { createSessionStore, type SessionSnapshot } from "./session-store.js";

export interface UseSessionResult extends SessionSnapshot, Pick<ClientSession, "send" | "cancel" | "end"> {}

/**
 * A live session: its newest 100 messages and all that follow, the reply that is being written included. It goes by the
 * session's own last event, so `ended` is shown whoever ended it and whatever happened to the connection meanwhile. The
 * error of a call is shown as `error` too, so that its promise may be ignored.
 */
export const useSession = (sessionId: string): UseSessionResult => {
  const client = useAdjournClient();
  const { store, calls } = useMemo(() => {
    const store = createSessionStore(client, sessionId);
    const session = client.session(sessionId);
    const calls: Pick<ClientSession, "send" | "cancel" | "end"> = {
      send: (content, options) => store.track(session.send(content, options)),
      cancel: (options) => store.track(session.cancel(options)),
      end: (options) => store.track(session.end(options)),
    };
    return { store, calls };
  }, [client, sessionId]);
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot);
  return { ...snapshot, ...calls };
};
