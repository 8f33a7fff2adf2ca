/**
 * Reads `source` to its end, or until the signal fires, whether the source heeds it or not. Each item is waited for by
 * a promise of its own: a race against one that lives as long as the reply would keep something for every item.
 * @throws the signal's reason
 */
export async function* readUntilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void> {
  signal.throwIfAborted();
  const items = source[Symbol.asyncIterator]();
  let refuse: (reason: unknown) => void = () => {};
  const onAbort = () => refuse(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  let isDone = false;
  try {
    for (;;) {
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        refuse = reject;
        if (signal.aborted) reject(signal.reason);
        else items.next().then(resolve, reject);
      });
      isDone = next.done === true;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    // Not waited for: a source that does not heed the signal may never let go. Nobody needs to know how it failed then.
    if (!isDone) close(items).catch(() => {});
  }
}

const close = async (items: AsyncIterator<unknown>): Promise<void> => {
  await items.return?.();
};
