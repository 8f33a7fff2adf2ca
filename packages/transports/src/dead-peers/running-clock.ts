/**
 * The time in ms that this process has run. Its owner calls `tick` every `everyMs`. A tick that is late by more than another
 * interval means that the process stood still; that time is not counted, since data of peers is still unread.
 */
export class RunningClock {
  private ranMs = 0;
  private tickedAt = performance.now();

  constructor(private readonly everyMs: number) {}

  /** In whole ms. */
  now(): number {
    return Math.round(this.ranMs + Math.min(performance.now() - this.tickedAt, 2 * this.everyMs));
  }

  /** @returns the time */
  tick(): number {
    this.ranMs = this.now();
    this.tickedAt = performance.now();
    return this.ranMs;
  }
}
