import type { Clock } from "./ports.js";

/** Runs `work`, which never rejects, `everyMs` from now and from the end of each run. @returns how to stop */
export const repeat = (clock: Clock, everyMs: number, work: () => Promise<void>): (() => void) => {
  let isStopped = false;
  const run = async (): Promise<void> => {
    await work();
    if (!isStopped) timer = clock.setTimeout(run, everyMs);
  };
  let timer = clock.setTimeout(run, everyMs);
  return () => {
    isStopped = true;
    timer.cancel();
  };
};
