export interface Point {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly active: number;
}

interface Lifetime {
  readonly createdAt: string;
  readonly endedAt?: string;
}

interface Span {
  readonly from: number;
  readonly to: number;
  /** How many moments the span is looked at. */
  readonly points: number;
}

/** How many sessions were live at each of so many moments. `older` lived all the time without being listed. */
export const activeOverTime = (
  lifetimes: readonly Lifetime[],
  { from, to, points }: Span,
  older = 0,
): readonly Point[] => {
  const changes = lifetimes
    .flatMap(({ createdAt, endedAt }) => [
      { at: Date.parse(createdAt), by: 1 },
      ...(endedAt === undefined ? [] : [{ at: Date.parse(endedAt), by: -1 }]),
    ])
    .sort((a, b) => a.at - b.at);
  let active = older;
  let next = 0;
  return Array.from({ length: points }, (_, index) => {
    const at = from + ((to - from) * index) / (points - 1);
    for (let change = changes[next]; change && change.at <= at; change = changes[next]) {
      active += change.by;
      next += 1;
    }
    return { at, active };
  });
};
