import type { Clock } from "@adjourn/sessions";

export interface FakeClock extends Clock {
  /** Lets `ms` pass: what falls due runs in order, and what it sets off runs before the next timer does. */
  advance(ms: number): Promise<void>;
  /** Timers that have neither run nor been cancelled. */
  readonly pendingTimers: number;
}

interface FakeTimer {
  readonly due: number;
  readonly run: () => void;
}

/** A clock that stands still until it is told to go on. `start` is in ms since the epoch. */
export const createFakeClock = (start = Date.UTC(2026, 0, 1)): FakeClock => {
  let now = start;
  // A set keeps the order in which timers were made, which settles those due at the same time.
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

/** A real turn of the event loop: every microtask that is queued, and every one those queue, runs before it ends. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
