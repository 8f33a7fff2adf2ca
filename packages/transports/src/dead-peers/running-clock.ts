/**
 * The time that this process has run, ms, told by a timer of its own that calls `tick` every `everyMs`. A tick that is late
 * by more than another is a standstill, which is not counted: what peers have sent and taken meanwhile is still unseen.
 */
export class RunningClock {
  private ranMs = 0;
  private tickedAt = performance.now();

  constructor(private readonly everyMs: number) {}

  now(): number {
    return this.ranMs + Math.min(performance.now() - this.tickedAt, 2 * this.everyMs);
  }

  /** @returns the time */
  tick(): number {
    this.ranMs = this.now();
    this.tickedAt = performance.now();
    return this.ranMs;
  }
}
