import type { SessionError } from "../session-error.js";
import type { SessionEvent } from "../shapes.js";
import type { SessionWatcher } from "./watch-session.js";

/** Starts watching; returns the function that stops it. */
type Watch = (watcher: SessionWatcher) => () => void;

export interface EventsOptions {
  /** Ends the loop. */
  readonly signal?: AbortSignal | undefined;
  /** The connection was lost, and is made again. The next `session.started` says that it is back. */
  readonly onReconnecting?: (() => void) | undefined;
}

/** The events that a watch brings, for a `for await` loop. Leaving the loop stops the watch, and so does `closed`. */
export async function* sessionEvents(
  watch: Watch,
  closed: AbortSignal,
  { signal, onReconnecting }: EventsOptions = {},
): AsyncGenerator<SessionEvent, void> {
  if (closed.aborted || signal?.aborted) return;
  let isConnected = false;
  const waiting: SessionEvent[] = [];
  let isOver = false;
  let failure: SessionError | null = null;
  let wake = () => {};
  const finish = (error: SessionError | null) => {
    isOver = true;
    failure = error;
    wake();
  };
  const stop = watch({
    onEvent: (event) => {
      isConnected = true;
      waiting.push(event);
      wake();
    },
    onConnecting: () => {
      if (isConnected) onReconnecting?.();
      isConnected = false;
    },
    onEnd: finish,
  });
  const leave = () => finish(null);
  closed.addEventListener("abort", leave);
  signal?.addEventListener("abort", leave);
  try {
    for (;;) {
      const event = waiting.shift();
      if (event) yield event;
      else if (isOver) break;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    if (failure) throw failure;
  } finally {
    closed.removeEventListener("abort", leave);
    signal?.removeEventListener("abort", leave);
    stop();
  }
}
