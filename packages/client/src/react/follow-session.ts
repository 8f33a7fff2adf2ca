import type { TRPCClient } from "@trpc/client";
import type { AppRouter } from "../app-router.js";
import { retryDelayMs } from "../retry-delay.js";
import { retry } from "../session/retry.js";
import { type RetryDelay, watchSession } from "../session/watch-session.js";
import { type SessionError, toSessionError } from "../session-error.js";
import {
  type MessagePage,
  type SessionEnding,
  type SessionState,
  withEnding,
  withEvent,
  withHistory,
} from "./session-state.js";

/** Messages of a page of the history. */
export const historyLimit = 100;

type Update = (change: (state: SessionState) => SessionState) => void;

/**
 * Keeps a state up to date with the session, from its history and its events. A history whose answer was lost is requested
 * again after `delayMs`.
 * @returns stops it; nothing is updated afterwards
 */
export const followSession = (
  trpc: TRPCClient<AppRouter>,
  sessionId: string,
  update: Update,
  delayMs: RetryDelay = retryDelayMs,
): (() => void) => {
  const stopped = new AbortController();
  /** Aborted as soon as its connection is lost, so that a late history does not pass for that of a new connection. */
  let loading = new AbortController();
  const loadHistory = () => {
    loading.abort();
    loading = new AbortController();
    const { signal } = loading;
    const finish = (page: MessagePage, error: SessionError | null) => {
      if (!signal.aborted) update((state) => withHistory({ ...state, error: error ?? state.error }, page));
    };
    const query = () => trpc.getSessionMessages.query({ sessionId, limit: historyLimit }, { signal });
    retry(query, { delayMs, signal }).then(
      (page) => finish(page, null),
      // If the session has ended, the watch reports it.
      (error: unknown) => finish({ messages: [], hasMore: false }, toSessionError(error)),
    );
  };
  const loadEnding = () => {
    const { signal } = stopped;
    retry(() => trpc.getEnding.query({ sessionId }, { signal }), { delayMs, signal }).then(
      ({ cause, reason, endedAt }) => {
        if (!signal.aborted) update((state) => withEnding(state, { cause, reason, endedAt }));
      },
      // A session's own token may not ask.
      () => {},
    );
  };
  const stop = watchSession(trpc, sessionId, {
    onEvent: (event) => {
      update((state) => withEvent(state, event));
      // What was missed before the first event of this connection is in the history.
      if (event.type === "session.started") loadHistory();
    },
    onConnecting: () => {
      loading.abort();
      update((state) => ({ ...state, status: "connecting" }));
    },
    onEnd: (error) => {
      if (error === null) return;
      const isGone = gone.has(error.code);
      update((state) => (isGone ? withEnding({ ...state, error }, endingOf(error)) : { ...state, error }));
      if (isGone) loadEnding();
    },
  });
  return () => {
    stopped.abort();
    loading.abort();
    stop();
  };
};

const gone: ReadonlySet<string> = new Set(["SESSION_NOT_FOUND", "SESSION_EXPIRED", "SESSION_ENDED"]);

/** As far as the error says it. */
const endingOf = ({ code, details }: SessionError): SessionEnding | null =>
  code === "SESSION_EXPIRED" && typeof details.expiresAt === "string"
    ? { cause: "expired", reason: null, endedAt: details.expiresAt }
    : null;
