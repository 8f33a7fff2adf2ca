import type { PagePosition, PageRequest } from "./ports.js";

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
export class Unheard<Row extends { readonly sessionId: string }> {
  /** What was heard or found lately, and when; oldest first. */
  private readonly known = new Map<string, number>();
  private lookedAt: number;

  constructor(private readonly recorded: Recorded<Row>) {
    this.lookedAt = recorded.now();
  }

  /** Whether that is news. */
  note(sessionId: string): boolean {
    if (this.known.has(sessionId)) return false;
    this.known.set(sessionId, this.recorded.now());
    return true;
  }

  /** Those recorded since the last look that were not noted, oldest first; noted from now on. */
  async find(): Promise<readonly Row[]> {
    const from = this.lookedAt - overlapMs;
    const startedAt = this.recorded.now();
    const found: Row[] = [];
    let after: PagePosition | undefined;
    do {
      const { rows, next } = await this.recorded.readPage({ limit: pageSize, after });
      const recent = rows.filter((row) => this.recorded.timeOf(row) >= from);
      found.push(...recent.filter(({ sessionId }) => !this.known.has(sessionId)));
      after = recent.length === rows.length ? (next ?? undefined) : undefined;
    } while (after);
    this.pass(startedAt);
    for (const { sessionId } of found) this.note(sessionId);
    return found.reverse();
  }

  /** Nothing was missed until now, as far as anybody knows. */
  skip(): void {
    this.pass(this.recorded.now());
  }

  private pass(lookedAt: number): void {
    this.lookedAt = lookedAt;
    for (const [sessionId, at] of this.known) {
      if (at >= lookedAt - 2 * overlapMs) break;
      this.known.delete(sessionId);
    }
  }
}
