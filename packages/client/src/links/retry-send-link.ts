import type { TRPCClientError, TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import type { AppRouter } from "../app-router.js";
import { isTransient } from "../is-transient.js";
import { randomKey } from "../random-key.js";
import { retryDelayMs } from "../retry-delay.js";

export interface RetrySendOptions {
  /** How often a message is sent at most. 5 by default, which with the default pauses takes 4 to 8 s. */
  readonly maxAttempts?: number | undefined;
  /** Milliseconds before the next attempt; `retry` counts from 0. */
  readonly delayMs?: ((retry: number) => number) | undefined;
}

/**
 * Sends a message again if its answer was lost or the server was not available. All attempts have the same idempotency
 * key, so that the message is stored once, and every attempt gets the same answer.
 */
export const retrySendLink =
  ({ maxAttempts = 5, delayMs = retryDelayMs }: RetrySendOptions = {}): TRPCLink<AppRouter> =>
  () =>
  ({ op, next }) => {
    if (op.path !== "sendSessionMessage") return next(op);
    const { signal } = op;
    const keyed = { ...op, input: withIdempotencyKey(op.input) };
    return observable((observer) => {
      let attempts = 0;
      let timer: ReturnType<typeof setTimeout> | undefined;
      let current: { unsubscribe(): void } | undefined;
      const endPause = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", send);
      };
      const send = () => {
        endPause();
        attempts += 1;
        current = next(keyed).subscribe({
          next: (envelope) => observer.next(envelope),
          complete: () => observer.complete(),
          error: (error: TRPCClientError<AppRouter>) => {
            if (signal?.aborted || attempts >= maxAttempts || !isTransient(error))
              return observer.error(error);
            timer = setTimeout(send, delayMs(attempts - 1));
            // The link that sends is the one that says how an aborted call fails.
            signal?.addEventListener("abort", send);
          },
        });
      };
      send();
      return () => {
        endPause();
        current?.unsubscribe();
      };
    });
  };

const withIdempotencyKey = (input: unknown): unknown => {
  // Anything else is invalid, which the server says.
  if (typeof input !== "object" || input === null || Array.isArray(input)) return input;
  const hasKey = "idempotencyKey" in input && input.idempotencyKey !== undefined;
  return hasKey ? input : { ...input, idempotencyKey: randomKey() };
};
