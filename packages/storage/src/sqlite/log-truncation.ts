import type { Clock } from "@adjourn/sessions";
import type { SqliteConnection } from "./connection.js";

const retryMs = 1_000;

/**
 * Takes what was deleted out of the write-ahead log, by writing the log back and cutting it to nothing. A reader with an
 * older view of the file, a backup for instance, keeps that from happening; then it is tried again until it does. As it
 * also is asked for at every start, what a stopped process left is cut by the next one.
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

  /** The same a little later, once for all that is deleted until then. */
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
