import type { Clock, Timer } from "./ports.js";

/** Does `work` some time after it was asked for, one run at a time; what is asked for during a run gets another. */
export class PacedWork {
  private timer: Timer | null = null;
  private isRunning = false;
  private isWanted = false;
  private isStopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly everyMs: number,
    /** Never rejects. */
    private readonly work: () => Promise<void>,
  ) {}

  /** A run begins `everyMs` from now, or from the end of the one under way. */
  soon(): void {
    this.isWanted = true;
    if (this.isStopped || this.isRunning) return;
    this.timer ??= this.clock.setTimeout(() => void this.run(), this.everyMs);
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
  }

  private async run(): Promise<void> {
    this.timer = null;
    this.isWanted = false;
    this.isRunning = true;
    await this.work();
    this.isRunning = false;
    if (this.isWanted) this.soon();
  }
}
