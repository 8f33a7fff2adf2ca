/** Batches whose queries run at once in this process. */
const runningBatches = 8;

/**
 * Limits how many batches run their queries at once. A batch keeps its answers until the last one is complete, so this also
 * limits the memory of answers that are not written yet. Connections take turns, so that one with many pipelined batches does
 * not delay the others.
 */
export class BatchSlots {
  /** The connection whose turn is next is the first. */
  private readonly waiting = new Map<object, (() => void)[]>();

  constructor(private free = runningBatches) {}

  async take(connection: object): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    await new Promise<void>((start) => {
      const queue = this.waiting.get(connection);
      if (queue) queue.push(start);
      else this.waiting.set(connection, [start]);
    });
  }

  give(): void {
    const [next] = this.waiting;
    if (!next) {
      this.free += 1;
      return;
    }
    const [connection, queue] = next;
    const start = queue.shift();
    // Set again, it is the last.
    this.waiting.delete(connection);
    if (queue.length > 0) this.waiting.set(connection, queue);
    start?.();
  }
}
