import type { Ports } from "../ports/index.js";
import { runInBackground } from "./run-in-background.js";

/** Runs `work` after `everyMs` and again `everyMs` after each run, failed or not. @returns a function that stops it */
export const runEvery = (
  { clock, log }: Pick<Ports, "clock" | "log">,
  everyMs: number,
  work: () => Promise<void>,
): (() => void) => {
  let isStopped = false;
  const run = async (): Promise<void> => {
    try {
      await work();
    } finally {
      if (!isStopped) timer = begin();
    }
  };
  const begin = () => clock.setTimeout(() => runInBackground(log, "A periodic task failed", run()), everyMs);
  let timer = begin();
  return () => {
    isStopped = true;
    timer.cancel();
  };
};
