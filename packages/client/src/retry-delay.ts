/** 500 ms, doubled up to 15 s, with jitter so that not all clients return to a restarted server at once. */
export const retryDelayMs = (attempt: number): number =>
  Math.min(500 * 2 ** attempt, 15_000) * (0.5 + Math.random() / 2);
