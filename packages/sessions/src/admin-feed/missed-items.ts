import type { PagePosition, PageRequest } from "../ports/index.js";

/** What was recorded first may be seen last, so each look begins that far behind the one before. */
const overlapMs = 5_000;
const pageSize = 100;

export interface Recorded<Row> {
  /** Newest first. */
  readPage(page: PageRequest): Promise<{ readonly rows: readonly Row[]; readonly next: PagePosition | null }>;
  timeOf(row: Row): number;
  now(): number;
}

/** Finds in the store what the bus has not told of. */
export class MissedItems<Row extends { readonly sessionId: string }> {
  /** What was heard or found lately, and when; oldest first. */
  private readonly known = new Map<string, number>();
  /** Found by the first look, which may have seen what is told of only now. */
  private readonly old = new Set<string>();
  private readonly beganAt: number;
  private checkedAt: number;

  constructor(private readonly recorded: Recorded<Row>) {
    this.beganAt = recorded.now();
    this.checkedAt = this.beganAt;
  }

  /**
   * The first look. What there was before is nobody's news, and no later look finds it again.
   * @returns what was recorded meanwhile and is not noted yet, oldest first; noted from now on
   */
  async begin(): Promise<readonly Row[]> {
    const startedAt = this.recorded.now();
    const found = await this.read();
    this.checkedAt = startedAt;
    const isNew = (row: Row) => this.recorded.timeOf(row) > this.beganAt;
    for (const row of found) if (!isNew(row)) this.old.add(row.sessionId);
    return this.noteAll(found.filter(isNew));
  }

  /** Whether that is news. */
  note(sessionId: string): boolean {
    if (this.known.has(sessionId)) return false;
    this.known.set(sessionId, this.recorded.now());
    return true;
  }

  /** Those recorded since the last look that were not noted, oldest first; noted from now on. */
  async find(): Promise<readonly Row[]> {
    const startedAt = this.recorded.now();
    const found = await this.read();
    this.pass(startedAt);
    return this.noteAll(found);
  }

  /** Nothing was missed until now, as far as anybody knows. */
  skip(): void {
    this.pass(this.recorded.now());
  }

  /** What was recorded since the last look and is not known, newest first. */
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
