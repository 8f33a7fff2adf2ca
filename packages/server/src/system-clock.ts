import type { Clock } from "@adjourn/sessions";

/** What a Node timer can hold; a longer wait is cut into pieces. */
const longestTimerMs = 2_147_483_647;

/** The wall clock of the moment the process began, carried on by one that can't be set: a stepped clock ends nothing. */
export const systemClock: Clock = {
  now: () => Math.round(performance.timeOrigin + performance.now()),
  setTimeout: (run, delayMs) => {
    let timer: NodeJS.Timeout;
    const wait = (restMs: number) => {
      const stepMs = Math.min(restMs, longestTimerMs);
      timer = setTimeout(() => (restMs > stepMs ? wait(restMs - stepMs) : run()), stepMs);
    };
    wait(Math.max(0, delayMs));
    return { cancel: () => clearTimeout(timer) };
  },
};
