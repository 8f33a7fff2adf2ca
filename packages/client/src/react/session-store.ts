import type { AdjournClient } from "../create-client.js";
import { retryDelayMs } from "../retry-delay.js";
import { retry } from "../session/retry.js";
import type { RetryDelay } from "../session/watch-session.js";
import { toSessionError } from "../session-error.js";
import { followSession, historyLimit } from "./follow-session.js";
import {
  initialState,
  type SessionMessage,
  type SessionState,
  shownMessages,
  withEarlier,
} from "./session-state.js";

/** What a component shows of a session. The same object until something changes. */
export interface SessionSnapshot extends Pick<SessionState, "status" | "ending" | "error" | "hasEarlier"> {
  readonly messages: readonly SessionMessage[];
}

export interface SessionStore {
  snapshot(): SessionSnapshot;
  /** Listens to the session from the first listener on until the last has left. */
  subscribe(listener: () => void): () => void;
  /** Loads the page before the first message that is shown. */
  loadEarlier(): Promise<void>;
  /** Keeps the error of a call, until the next call begins. */
  track<Call extends Promise<unknown>>(call: Call): Call;
}

export const createSessionStore = (
  { trpc }: Pick<AdjournClient, "trpc">,
  sessionId: string,
  delayMs: RetryDelay = retryDelayMs,
): SessionStore => {
  const listeners = new Set<() => void>();
  let state = initialState;
  let snapshot = toSnapshot(state);
  const update = (change: (state: SessionState) => SessionState) => {
    const next = change(state);
    if (next === state) return;
    state = next;
    snapshot = toSnapshot(state);
    for (const listener of listeners) listener();
  };
  let stop = () => {};
  return {
    snapshot: () => snapshot,
    subscribe: (listener) => {
      listeners.add(listener);
      if (listeners.size === 1 && state.status !== "ended")
        stop = followSession(trpc, sessionId, update, delayMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
    loadEarlier: async () => {
      const first = state.stored[0];
      if (!first || !state.hasEarlier) return;
      // A time is as exact as the message's id, which could be erased meanwhile.
      const input = { sessionId, limit: historyLimit, before: first.createdAt };
      const page = await retry(() => trpc.getSessionMessages.query(input), { delayMs });
      update((before) => withEarlier(before, page));
    },
    track: (call) => {
      update((before) => ({ ...before, error: null }));
      call.catch((error: unknown) => update((before) => ({ ...before, error: toSessionError(error) })));
      return call;
    },
  };
};

const toSnapshot = (state: SessionState): SessionSnapshot => {
  const { status, ending, error, hasEarlier } = state;
  return { status, ending, error, hasEarlier, messages: shownMessages(state) };
};
