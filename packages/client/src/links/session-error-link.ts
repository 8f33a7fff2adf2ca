import type { TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import type { AppRouter } from "../app-router.js";
import { toSessionError } from "../session-error.js";

/** Makes every error of the links behind it a `SessionError`, except that of a call which its caller aborted. */
export const sessionErrorLink: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) =>
    observable((observer) =>
      next(op).subscribe({
        next: (envelope) => observer.next(envelope),
        complete: () => observer.complete(),
        error: (error) => observer.error(op.signal?.aborted ? error : toSessionError(error)),
      }),
    );
