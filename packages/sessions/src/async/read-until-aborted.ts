/**
 * Reads `source` to its end or until the signal fires, even if the source ignores the signal. Each item has a promise of
 * its own: racing against one long-lived promise would retain a reaction for every item.
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
    // Not awaited, since a source that ignores the signal may never return. Its failure no longer matters.
    if (!isDone) close(items).catch(() => {});
  }
}

const close = async (items: AsyncIterator<unknown>): Promise<void> => {
  await items.return?.();
};
