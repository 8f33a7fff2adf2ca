import type { Clock } from "../ports/index.js";

/** Resolves when `work` settles, and after `ms` at the latest. */
export const withDeadline = (clock: Clock, ms: number, work: Promise<unknown>): Promise<void> =>
  new Promise((resolve) => {
    const timer = clock.setTimeout(resolve, ms);
    const goOn = () => {
      timer.cancel();
      resolve();
    };
    work.then(goOn, goOn);
  });
