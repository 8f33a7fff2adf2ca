import type { Clock } from "@adjourn/sessions";

export const systemClock: Clock = {
  now: Date.now,
  setTimeout: (run, delayMs) => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
