import type { Clock } from "@adjourn/sessions";
import type { Owner, Scheduler } from "../scheduler.js";

const start = Date.UTC(2026, 0, 1);

/**
 * A clock that runs at `rate` and can be set. Like a real one, setting it moves what it says, not the timers; it never
 * says less than it said before.
 */
export class SimulatedClock implements Clock {
  pendingTimers = 0;
  private offsetMs = 0;
  private said = 0;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly rate: number,
    private readonly owner?: Owner,
  ) {}

  now(): number {
    this.said = Math.max(this.said, start + Math.floor(this.scheduler.now * this.rate) + this.offsetMs);
    return this.said;
  }

  jump(ms: number): void {
    this.offsetMs += ms;
  }

  setTimeout(run: () => void, delayMs: number) {
    let isPending = true;
    this.pendingTimers += 1;
    const settle = () => {
      if (isPending) this.pendingTimers -= 1;
      isPending = false;
    };
    const timer = this.scheduler.schedule(
      Math.ceil(delayMs / this.rate),
      () => {
        settle();
        run();
      },
      this.owner,
    );
    return {
      cancel: () => {
        settle();
        timer.cancel();
      },
    };
  }
}
