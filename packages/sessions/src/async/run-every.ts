import type { Ports } from "../ports/index.js";
import { runInBackground } from "./run-in-background.js";

/** Runs `work` `everyMs` from now and from the end of each run, also of one that failed. @returns how to stop */
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
  const begin = () =>
    clock.setTimeout(() => runInBackground(log, "What is done again and again failed", run()), everyMs);
  let timer = begin();
  return () => {
    isStopped = true;
    timer.cancel();
  };
};
