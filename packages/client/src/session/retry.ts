import { isTransient } from "../is-transient.js";
import { retryDelayMs } from "../retry-delay.js";
import { toSessionError } from "../session-error.js";

export interface RetryOptions {
  /** 5 by default, which with the default pauses takes 4 to 8 s. */
  readonly maxAttempts?: number | undefined;
  /** Milliseconds before the next attempt; `retry` counts from 0. */
  readonly delayMs?: ((retry: number) => number) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls until an answer comes, as long as another attempt may bring one. Only for what may be done twice.
 * @throws SessionError, or the signal's reason
 */
export const retry = async <Answer>(
  attempt: () => Promise<Answer>,
  { maxAttempts = 5, delayMs = retryDelayMs, signal }: RetryOptions = {},
): Promise<Answer> => {
  for (let retries = 0; ; retries += 1) {
    try {
      signal?.throwIfAborted();
      return await attempt();
    } catch (cause) {
      signal?.throwIfAborted();
      const error = toSessionError(cause);
      if (retries + 1 >= maxAttempts || !isTransient(error)) throw error;
    }
    await pause(delayMs(retries), signal);
  }
};

/** Ends at once when the signal aborts. */
const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
