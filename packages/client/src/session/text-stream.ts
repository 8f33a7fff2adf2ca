/** Text that grows, for any number of readers, each of whom gets it from its beginning. */
export interface TextStream extends AsyncIterable<string> {
  /** Characters so far. */
  readonly length: number;
  push(piece: string): void;
  /** Readers get the rest, then the end or this error. */
  end(error?: unknown): void;
}

export const createTextStream = (): TextStream => {
  const pieces: string[] = [];
  let length = 0;
  let ended: { readonly error: unknown } | null = null;
  let waiting: (() => void)[] = [];
  const wake = () => {
    const readers = waiting;
    waiting = [];
    for (const resume of readers) resume();
  };
  return {
    get length() {
      return length;
    },
    push(piece) {
      if (piece === "") return;
      pieces.push(piece);
      length += piece.length;
      wake();
    },
    end(error) {
      ended = { error };
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (let index = 0; ; ) {
        const piece = pieces[index];
        if (piece !== undefined) {
          index += 1;
          yield piece;
        } else if (ended === null) await new Promise<void>((resolve) => waiting.push(resolve));
        else if (ended.error === undefined) return;
        else throw ended.error;
      }
    },
  };
};
