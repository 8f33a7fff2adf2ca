import type { TRPCClientError, TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import type { AppRouter } from "../app-router.js";
import { sessionErrorOf } from "../session-error.js";
import type { TokenSource } from "../token-source.js";

/** After this many refusals in a row, a subscription fails. A call fails at its second. */
const maxRefusals = 3;

export interface RenewTokenOptions {
  readonly tokens: Pick<TokenSource, "canRenew" | "refuse">;
  /** Milliseconds before the next attempt. In that time a refused socket closes and a new one replaces it. */
  readonly delayMs: (refusals: number) => number;
}

/**
 * Calls again when a token or ticket is refused, and subscribes again after the last event. Both may expire while a
 * subscription is disconnected, or between calls.
 */
export const renewTokenLink =
  ({ tokens, delayMs }: RenewTokenOptions): TRPCLink<AppRouter> =>
  () =>
  ({ op, next }) =>
    observable((observer) => {
      const isSubscription = op.type === "subscription";
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
            // While the refused socket closes, tRPC may fail a subscription that belongs on the next one.
            const isLeftover = isSubscription && refusal !== null && code === undefined;
            if (refusal === null || (code !== "UNAUTHORIZED" && !isLeftover)) return observer.error(error);
            refusals += 1;
            if (!tokens.canRenew || refusals > (isSubscription ? maxRefusals : 1))
              return observer.error(refusal);
            tokens.refuse();
            timer = setTimeout(subscribe, isSubscription ? delayMs(refusals) : 0);
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
