import type { Clock } from "../ports/index.js";

/** Runs `work` at once, unless it ran less than `everyMs` ago: then the call is dropped. */
export const atMostEvery = (clock: Pick<Clock, "now">, everyMs: number, work: () => void): (() => void) => {
  let ranAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (clock.now() - ranAt < everyMs) return;
    ranAt = clock.now();
    work();
  };
};
