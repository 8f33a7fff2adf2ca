import type { TRPCClient } from "@trpc/client";
import type { AppRouter } from "../app-router.js";
import { retryDelayMs } from "../retry-delay.js";
import { type SessionError, toSessionError } from "../session-error.js";
import type { SessionEvent } from "../shapes.js";

export interface SessionWatcher {
  onEvent(event: SessionEvent): void;
  /** The connection was lost, or is being made. `session.started` says that it is back. */
  onConnecting?(): void;
  /** The last call. The error is null behind `session.ended`; otherwise no further attempt can succeed. */
  onEnd(error: SessionError | null): void;
}

/** Milliseconds before the next subscription, where one failed that may succeed later. */
export type RetryDelay = (attempt: number) => number;

/** The codes of errors after which a subscription is made again. */
const retriedCodes: ReadonlySet<string> = new Set([
  "NO_ANSWER",
  "SERVICE_UNAVAILABLE",
  "RATE_LIMITED",
  "INTERNAL_ERROR",
]);

/**
 * Listens until the session is over, and resumes behind the last event however often the connection is lost. Goes by
 * `session.ended`, not by the end of the subscription, which a server that stops ends too.
 * @returns stops listening
 */
export const watchSession = (
  trpc: TRPCClient<AppRouter>,
  sessionId: string,
  watcher: SessionWatcher,
  delayMs: RetryDelay = retryDelayMs,
): (() => void) => {
  let lastEventId: string | undefined;
  let attempt = 0;
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unsubscribe = () => {};
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
    unsubscribe();
  };
  const finish = (error: SessionError | null) => {
    stop();
    watcher.onEnd(error);
  };
  const again = () => {
    if (isOver) return;
    watcher.onConnecting?.();
    timer = setTimeout(begin, delayMs(attempt));
    attempt += 1;
  };
  const begin = () => {
    const subscription = trpc.sessionEvents.subscribe(
      { sessionId, lastEventId },
      {
        onData: ({ id, data }) => {
          if (isOver) return;
          lastEventId = id;
          attempt = 0;
          watcher.onEvent(data);
          if (data.type === "session.ended") finish(null);
        },
        onConnectionStateChange: ({ state }) => {
          if (state === "connecting" && !isOver) watcher.onConnecting?.();
        },
        onError: (cause) => {
          if (isOver) return;
          const error = toSessionError(cause);
          // A server that was set back to an older state does not know the id. Begin from now.
          const isIdRefused = error.code === "VALIDATION_ERROR" && lastEventId !== undefined;
          if (isIdRefused) lastEventId = undefined;
          else if (!retriedCodes.has(error.code)) return finish(error);
          again();
        },
        onComplete: again,
      },
    );
    unsubscribe = () => subscription.unsubscribe();
    // The session may have been over before `subscribe` returned.
    if (isOver) unsubscribe();
  };
  begin();
  return stop;
};
