import type { AppRouter } from "@adjourn/router";
import type { TRPCClientError, TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { sessionErrorOf } from "./session-error.js";

/** After this many refusals in a row, the caller gets the error. */
const maxRefusals = 3;

export interface RenewTokenOptions {
  /** Milliseconds before the next attempt. In that time the refused socket closes and a new one replaces it. */
  readonly delayMs: (refusals: number) => number;
  /** Called before the next attempt, so that a stored token can be replaced. */
  readonly onRefused: () => void;
}

/**
 * Subscribes again after the last event when a token or ticket is refused. Both may expire while a subscription is
 * disconnected.
 */
export const renewTokenLink =
  ({ delayMs, onRefused }: RenewTokenOptions): TRPCLink<AppRouter> =>
  () =>
  ({ op, next }) =>
    observable((observer) => {
      let refusals = 0;
      let refusal: TRPCClientError<AppRouter> | null = null;
      let lastEventId: string | undefined;
      let timer: ReturnType<typeof setTimeout> | undefined;
      let current: { unsubscribe(): void } | undefined;
      const subscribe = () => {
        const input = lastEventId === undefined ? op.input : { ...fieldsOf(op.input), lastEventId };
        current = next({ ...op, input }).subscribe({
          next: (envelope) => {
            const { result } = envelope;
            if ("id" in result && typeof result.id === "string") lastEventId = result.id;
            if (result.type === "data" || result.type === undefined) {
              refusals = 0;
              refusal = null;
            }
            observer.next(envelope);
          },
          error: (error: TRPCClientError<AppRouter>) => {
            const code = sessionErrorOf(error)?.code;
            if (code === "UNAUTHORIZED") refusal = error;
            // While the refused socket closes, tRPC may fail an operation that belongs on the next one.
            if (refusal === null || (code !== undefined && code !== "UNAUTHORIZED"))
              return observer.error(error);
            refusals += 1;
            if (refusals > maxRefusals) return observer.error(refusal);
            onRefused();
            timer = setTimeout(subscribe, delayMs(refusals));
          },
          complete: () => observer.complete(),
        });
      };
      subscribe();
      return () => {
        clearTimeout(timer);
        current?.unsubscribe();
      };
    });

const fieldsOf = (input: unknown): object => (typeof input === "object" && input !== null ? input : {});
