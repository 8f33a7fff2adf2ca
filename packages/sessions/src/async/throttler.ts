import type { Ports, Timer } from "../ports/index.js";
import { runInBackground } from "./run-in-background.js";

/** Runs `work` at most once per interval and one run at a time. A request during a run schedules another run. */
export class Throttler {
  private timer: Timer | null = null;
  private isRunning = false;
  private isWanted = false;
  private isStopped = false;

  constructor(
    private readonly ports: Pick<Ports, "clock" | "log">,
    private readonly everyMs: number,
    private readonly work: () => Promise<void>,
  ) {}

  /** Schedules a run `everyMs` from now, or from the end of the current run. */
  schedule(): void {
    this.isWanted = true;
    if (this.isStopped || this.isRunning) return;
    const { clock, log } = this.ports;
    const run = () => runInBackground(log, "A throttled task failed", this.run());
    this.timer ??= clock.setTimeout(run, this.everyMs);
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
  }

  private async run(): Promise<void> {
    this.timer = null;
    this.isWanted = false;
    this.isRunning = true;
    try {
      await this.work();
    } finally {
      this.isRunning = false;
      if (this.isWanted) this.schedule();
    }
  }
}
