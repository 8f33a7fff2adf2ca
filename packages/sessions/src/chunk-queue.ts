/** A piece of a reply; `index` counts 0, 1, 2 … */
export interface Chunk {
  readonly messageId: string;
  readonly chunk: string;
  readonly index: number;
}

/** Pieces between an agent that writes and a caller that reads; a slow caller holds up nobody else. */
export class ChunkQueue {
  private readonly waiting: Chunk[] = [];
  private closed: { readonly error: Error | null } | null = null;
  private wake: () => void = () => {};

  constructor(private readonly messageId: string) {}

  push(chunk: string, index: number): void {
    this.waiting.push({ messageId: this.messageId, chunk, index });
    this.wake();
  }

  close(error: Error | null): void {
    this.closed = { error };
    this.wake();
  }

  async *read(): AsyncGenerator<Chunk, void> {
    for (;;) {
      const next = this.waiting.shift();
      if (next) yield next;
      else if (this.closed?.error) throw this.closed.error;
      else if (this.closed) return;
      else
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
    }
  }
}
