import type { TRPCClient } from "@trpc/client";
import type { AppRouter } from "../app-router.js";
import { watchSession } from "../session/watch-session.js";
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
 * Keeps a state up to date with the session, from its history and its events.
 * @returns stops it; nothing is updated afterwards
 */
export const followSession = (
  trpc: TRPCClient<AppRouter>,
  sessionId: string,
  update: Update,
): (() => void) => {
  let isStopped = false;
  const updateUnlessStopped: Update = (change) => {
    if (!isStopped) update(change);
  };
  /** Counts the connections and their losses, so that a late history does not pass for that of a new connection. */
  let connection = 0;
  const loadHistory = () => {
    connection += 1;
    const mine = connection;
    const finish = (page: MessagePage, error: SessionError | null) =>
      updateUnlessStopped((state) =>
        mine === connection ? withHistory({ ...state, error: error ?? state.error }, page) : state,
      );
    trpc.getSessionMessages.query({ sessionId, limit: historyLimit }).then(
      (page) => finish(page, null),
      // If the session has ended, or the connection is lost, the watch reports it.
      (error: unknown) => finish({ messages: [], hasMore: false }, toSessionError(error)),
    );
  };
  const loadEnding = () => {
    trpc.getEnding.query({ sessionId }).then(
      ({ cause, reason, endedAt }) =>
        updateUnlessStopped((state) => withEnding(state, { cause, reason, endedAt })),
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
      connection += 1;
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
    isStopped = true;
    stop();
  };
};

const gone: ReadonlySet<string> = new Set(["SESSION_NOT_FOUND", "SESSION_EXPIRED", "SESSION_ENDED"]);

/** As far as the error says it. */
const endingOf = ({ code, details }: SessionError): SessionEnding | null =>
  code === "SESSION_EXPIRED" && typeof details.expiresAt === "string"
    ? { cause: "expired", reason: null, endedAt: details.expiresAt }
    : null;
