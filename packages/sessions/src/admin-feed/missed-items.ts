import type { PagePosition, PageRequest } from "../ports/index.js";

/** Commits can become visible out of order, so each read starts this long before the previous one. */
const overlapMs = 5_000;
const pageSize = 100;

export interface Recorded<Row> {
  /** Newest first. */
  readPage(page: PageRequest): Promise<{ readonly rows: readonly Row[]; readonly next: PagePosition | null }>;
  timeOf(row: Row): number;
  now(): number;
}

/** Finds the rows in the store that the bus has not delivered. */
export class MissedItems<Row extends { readonly sessionId: string }> {
  /** The ids that were delivered or found recently, with their times; oldest first. */
  private readonly known = new Map<string, number>();
  /** The ids that the first read found; the bus may still deliver them. */
  private readonly old = new Set<string>();
  private readonly beganAt: number;
  private checkedAt: number;

  constructor(private readonly recorded: Recorded<Row>) {
    this.beganAt = recorded.now();
    this.checkedAt = this.beganAt;
  }

  /**
   * The first read. Rows that existed before are not reported, now or later.
   * @returns the rows recorded since and not noted yet, oldest first; they are noted from now on
   */
  async begin(): Promise<readonly Row[]> {
    const startedAt = this.recorded.now();
    const found = await this.read();
    this.checkedAt = startedAt;
    const isNew = (row: Row) => this.recorded.timeOf(row) > this.beganAt;
    for (const row of found) if (!isNew(row)) this.old.add(row.sessionId);
    return this.noteAll(found.filter(isNew));
  }

  /** Notes an id. @returns false if it was noted before */
  note(sessionId: string): boolean {
    if (this.known.has(sessionId)) return false;
    this.known.set(sessionId, this.recorded.now());
    return true;
  }

  /** Reads the rows recorded since the last read that are not noted, oldest first, and notes them. */
  async find(): Promise<readonly Row[]> {
    const startedAt = this.recorded.now();
    const found = await this.read();
    this.pass(startedAt);
    return this.noteAll(found);
  }

  /** Moves on without a read, when nothing can have been lost. */
  skip(): void {
    this.pass(this.recorded.now());
  }

  /** The rows recorded since the last read that are not known, newest first. */
  private async read(): Promise<readonly Row[]> {
    const from = this.checkedAt - overlapMs;
    const found: Row[] = [];
    let after: PagePosition | undefined;
    do {
      const { rows, next } = await this.recorded.readPage({ limit: pageSize, after });
      const recent = rows.filter((row) => this.recorded.timeOf(row) >= from);
      found.push(...recent);
      after = recent.length === rows.length ? (next ?? undefined) : undefined;
    } while (after);
    return found.filter(({ sessionId }) => !this.known.has(sessionId) && !this.old.has(sessionId));
  }

  private noteAll(found: readonly Row[]): readonly Row[] {
    return found.filter(({ sessionId }) => this.note(sessionId)).reverse();
  }

  private pass(checkedAt: number): void {
    this.checkedAt = checkedAt;
    if (checkedAt > this.beganAt + 2 * overlapMs) this.old.clear();
    for (const [sessionId, at] of this.known) {
      if (at >= checkedAt - 2 * overlapMs) break;
      this.known.delete(sessionId);
    }
  }
}
