import type { Clock } from "../ports/index.js";

/** Resolves once `work` is settled either way, or after `ms` in any case. */
export const withDeadline = (clock: Clock, ms: number, work: Promise<unknown>): Promise<void> =>
  new Promise((resolve) => {
    const timer = clock.setTimeout(resolve, ms);
    const goOn = () => {
      timer.cancel();
      resolve();
    };
    work.then(goOn, goOn);
  });
