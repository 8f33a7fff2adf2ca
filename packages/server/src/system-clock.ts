import type { Clock } from "@adjourn/sessions";

/** The longest delay of a Node timer; a longer wait is split. */
const longestTimerMs = 2_147_483_647;

/** The wall clock at the start of the process, continued by the monotonic clock, so that a clock step expires nothing. */
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
