export interface HoldInput<Row> {
  /** What the list has shown so far. */
  readonly before: readonly Row[];
  /** What it would show if nobody were aiming at it. */
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Whether rows must keep their places. */
  readonly isHeld: boolean;
  /** Whether the reader removed it on this page. Such a row goes at once when the list no longer has it. */
  readonly isRemoved?: (row: Row) => boolean;
}

interface Held<Row> {
  readonly shown: readonly Row[];
  /** How many rows are not shown yet because they would move what is shown. */
  readonly waiting: number;
}

/**
 * While rows are held, each keeps its place and is shown as it is now, new ones wait, and only the end of the list grows.
 * A list whose first rows are all new is another list.
 */
export const holdRows = <Row>({
  before,
  rows,
  keyOf,
  isHeld,
  isRemoved = () => false,
}: HoldInput<Row>): Held<Row> => {
  if (!isHeld || before.length === 0) return { shown: rows, waiting: 0 };
  const known = new Set(before.map(keyOf));
  const lastKnown = rows.findLastIndex((row) => known.has(keyOf(row)));
  if (lastKnown < 0) return { shown: rows, waiting: 0 };
  const current = new Map(rows.map((row) => [keyOf(row), row]));
  const kept = before.filter((row) => current.has(keyOf(row)) || !isRemoved(row));
  return {
    shown: [...kept.map((row) => current.get(keyOf(row)) ?? row), ...rows.slice(lastKnown + 1)],
    waiting: rows.slice(0, lastKnown).filter((row) => !known.has(keyOf(row))).length,
  };
};
