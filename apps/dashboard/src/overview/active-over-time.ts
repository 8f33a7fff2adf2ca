import type { Lifetimes } from "../lifetimes/lifetimes";

export interface Point {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly active: number;
}

export interface Span {
  readonly from: number;
  readonly to: number;
  /** Number of points over the span. */
  readonly points: number;
}

/** How many sessions were live at each of so many moments, those left out of which not all is known. */
export const activeOverTime = (
  { begun, gone, older, knownFrom }: Lifetimes,
  { from, to, points }: Span,
): readonly Point[] => {
  const step = (to - from) / (points - 1);
  const changes = new Array<number>(points).fill(0);
  const note = (time: string, by: number) => {
    const index = Math.max(0, Math.ceil((Date.parse(time) - from) / step));
    if (index < points) changes[index] = (changes[index] ?? 0) + by;
  };
  for (const createdAt of begun.values()) note(createdAt, 1);
  for (const { createdAt, endedAt } of gone.values()) {
    note(createdAt, 1);
    note(endedAt, -1);
  }
  let active = older;
  return changes
    .map((change, index) => {
      active += change;
      return { at: from + step * index, active };
    })
    .filter(({ at }) => at >= knownFrom);
};
