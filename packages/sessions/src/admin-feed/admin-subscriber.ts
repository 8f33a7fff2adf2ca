import { AsyncQueue } from "../async/async-queue.js";
import type { AdminEvent, Totals } from "../session-service.js";

/** Events that may wait for one admin. Beyond it the subscription ends; a new one starts from the current state. */
const maxWaitingEvents = 20_000;
/** Least interval between two totals (contract §4). */
export const totalsEveryMs = 1_000;

/** The queue of one admin. Events that precede the first totals are sent after them. */
export class AdminSubscriber {
  private readonly queue = new AsyncQueue<AdminEvent>();
  private early: AdminEvent[] | null = [];
  private lastTotals = "";
  private totalsSentAt = 0;
  private isGone = false;

  constructor(private readonly onGone: () => void) {}

  push(event: AdminEvent): void {
    if (this.early) this.early.push(event);
    else this.queue.push(event);
    if ((this.early?.length ?? this.queue.size) > maxWaitingEvents) this.end();
  }

  begin(totals: Totals, now: number): void {
    const early = this.early ?? [];
    this.early = null;
    this.pushTotals(totals, now);
    for (const event of early) this.push(event);
  }

  /** Pushes totals that have changed. @returns false if the interval has not passed yet */
  update(totals: Totals, now: number): boolean {
    if (JSON.stringify(totals) === this.lastTotals) return true;
    if (this.early || now - this.totalsSentAt < totalsEveryMs) return false;
    this.pushTotals(totals, now);
    return true;
  }

  end(): void {
    this.close(null);
  }

  fail(error: Error): void {
    this.close(error);
  }

  async *read(): AsyncGenerator<AdminEvent, void> {
    try {
      yield* this.queue.read();
    } finally {
      this.end();
    }
  }

  private pushTotals(totals: Totals, now: number): void {
    this.lastTotals = JSON.stringify(totals);
    this.totalsSentAt = now;
    this.queue.push({ type: "totals", ...totals });
  }

  private close(error: Error | null): void {
    if (this.isGone) return;
    this.isGone = true;
    this.queue.close(error);
    this.onGone();
  }
}
