import type { Clock } from "@adjourn/sessions";
import type { Owner, Scheduler } from "../scheduler.js";

const start = Date.UTC(2026, 0, 1);

/**
 * A clock that runs at `rate` and can be set. As with a real one, setting it changes the time and not the timers. Its
 * time never goes back.
 */
export class SimulatedClock implements Clock {
  pendingTimers = 0;
  private offsetMs = 0;
  private latest = 0;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly rate: number,
    private readonly owner?: Owner,
  ) {}

  now(): number {
    this.latest = Math.max(this.latest, start + Math.floor(this.scheduler.now * this.rate) + this.offsetMs);
    return this.latest;
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
