import type { Clock } from "@adjourn/sessions";

export interface FakeClock extends Clock {
  /** Lets `ms` pass. Due timers run in order, and the promises and timers that one causes run before the next. */
  advance(ms: number): Promise<void>;
  /** Timers that have neither run nor been cancelled. */
  readonly pendingTimers: number;
}

interface FakeTimer {
  readonly due: number;
  readonly run: () => void;
}

/** A clock that moves only by `advance`. `start` is in ms since the epoch. */
export const createFakeClock = (start = Date.UTC(2026, 0, 1)): FakeClock => {
  let now = start;
  // A set keeps the order of insertion, which decides between timers that are due at the same time.
  const timers = new Set<FakeTimer>();

  const nextDue = (until: number): FakeTimer | undefined => {
    let next: FakeTimer | undefined;
    for (const timer of timers) if (timer.due <= until && (!next || timer.due < next.due)) next = timer;
    return next;
  };

  return {
    now: () => now,
    setTimeout(run, delayMs) {
      const timer = { due: now + Math.max(0, delayMs), run };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        timers.delete(timer);
        now = Math.max(now, timer.due);
        timer.run();
        await settle();
      }
      now = until;
      await settle();
    },
    get pendingTimers() {
      return timers.size;
    },
  };
};

/** One turn of the event loop, in which all queued microtasks run, and those that they queue. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
