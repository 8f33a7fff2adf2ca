/** Bytes of pages that one turn of the event loop may read before the next page waits for another turn. */
const bytesPerTurn = 262_144;

/**
 * Spreads reads of large pages over turns of the event loop. SQLite reads block the event loop, and so does the encoding
 * of a page that follows, so that many large pages in one turn would delay every other request. Waiting reads run in their
 * order of arrival. Small reads are not delayed.
 */
export class ReadTurns {
  private usedBytes = 0;
  private isScheduled = false;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly maxBytes = bytesPerTurn) {}

  /** Runs `read` in this turn if its budget allows, else in a later one. `bytesOf` gives the size of the result. */
  run<Result>(read: () => Result, bytesOf: (result: Result) => number): Promise<Result> {
    return new Promise((resolve, reject) => {
      const start = () => {
        try {
          const result = read();
          this.charge(bytesOf(result));
          resolve(result);
        } catch (error) {
          reject(error);
        }
      };
      if (this.waiting.length === 0 && this.usedBytes < this.maxBytes) start();
      else this.waiting.push(start);
    });
  }

  private charge(bytes: number): void {
    this.usedBytes += bytes;
    if (this.isScheduled || bytes === 0) return;
    this.isScheduled = true;
    setImmediate(() => this.nextTurn());
  }

  private nextTurn(): void {
    this.isScheduled = false;
    this.usedBytes = 0;
    while (this.usedBytes < this.maxBytes) {
      const start = this.waiting.shift();
      if (!start) return;
      start();
    }
  }
}
