import type { Clock } from "@adjourn/sessions";
import type { SqliteConnection } from "./connection.js";

const retryMs = 1_000;

/**
 * Removes deleted content from the write-ahead log, by a checkpoint that truncates it. A reader with an older snapshot
 * of the file, such as a backup, prevents that; then it is retried until it succeeds. It also runs at every start, for
 * what a stopped process left behind.
 */
export class LogTruncation {
  private timer: { cancel(): void } | null = null;

  constructor(
    private readonly connection: SqliteConnection,
    private readonly clock: Clock,
  ) {}

  /** Never throws: what was committed stays so. */
  request(): void {
    this.stop();
    if (this.truncate()) return;
    this.timer = this.clock.setTimeout(() => this.request(), retryMs);
  }

  /** Truncates a little later, once for all deletions until then. */
  requestSoon(): void {
    this.timer ??= this.clock.setTimeout(() => this.request(), retryMs);
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  private truncate(): boolean {
    try {
      return this.connection.get<{ busy: number }>("PRAGMA wal_checkpoint(TRUNCATE)")?.busy === 0;
    } catch {
      return false;
    }
  }
}
