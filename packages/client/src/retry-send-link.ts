import type { AppRouter } from "@adjourn/router";
import type { TRPCClientError, TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { retryDelayMs } from "./retry-delay.js";
import { sessionErrorOf } from "./session-error.js";

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
            if (signal?.aborted || attempts >= maxAttempts || !mayPass(error)) return observer.error(error);
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

/** `crypto.randomUUID` is missing on pages that are not served over HTTPS. */
const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Whether another attempt may succeed: the connection was lost, could not be made, or the server is not available. */
const mayPass = (error: TRPCClientError<AppRouter>): boolean => {
  if (error.data || error.shape) return sessionErrorOf(error)?.code === "SERVICE_UNAVAILABLE";
  const cause: unknown = error.cause;
  if (typeof cause !== "object" || cause === null) return false;
  // A WebSocket's close or error, which `wsLink` gives as the cause.
  if ("type" in cause) return cause.type === "close" || cause.type === "error";
  // `fetch` fails with a TypeError if the network does. An answer that is not JSON is a SyntaxError.
  return "name" in cause && cause.name === "TypeError";
};
