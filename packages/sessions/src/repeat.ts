import { inBackground } from "./in-background.js";
import type { Ports } from "./ports.js";

/** Runs `work` `everyMs` from now and from the end of each run, also of one that failed. @returns how to stop */
export const repeat = (
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
    clock.setTimeout(() => inBackground(log, "What is done again and again failed", run()), everyMs);
  let timer = begin();
  return () => {
    isStopped = true;
    timer.cancel();
  };
};
