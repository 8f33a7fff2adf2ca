/** A queue between a producer that pushes and a consumer that reads; items are read once and in order. */
export class AsyncQueue<T> {
  private readonly waiting: T[] = [];
  private closed: { readonly error: Error | null } | null = null;
  private wake: () => void = () => {};

  get size(): number {
    return this.waiting.length;
  }

  push(item: T): void {
    if (this.closed) return;
    this.waiting.push(item);
    this.wake();
  }

  /** Ends the queue: waiting items can still be read, then reading ends or throws `error`. The first call wins. */
  close(error: Error | null): void {
    this.closed ??= { error };
    this.wake();
  }

  /** Once the consumer stops reading, later items are dropped. */
  async *read(): AsyncGenerator<T, void> {
    try {
      for (;;) {
        const [next] = this.waiting;
        if (next !== undefined) {
          this.waiting.shift();
          yield next;
        } else if (this.closed?.error) throw this.closed.error;
        else if (this.closed) return;
        else
          await new Promise<void>((resolve) => {
            this.wake = resolve;
          });
      }
    } finally {
      this.close(null);
      this.waiting.length = 0;
    }
  }
}
