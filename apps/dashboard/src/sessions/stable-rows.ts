import type { SessionRow } from "../lists/records";

/** A row as the table shows it. `isOver`: its session has ended and it only keeps its place. */
export interface ShownRow {
  readonly row: SessionRow;
  readonly isOver: boolean;
}

interface Arrangement {
  readonly shown: readonly ShownRow[];
  /** How many sessions are not shown yet because they would move what is shown. */
  readonly waiting: number;
}

interface ArrangeInput {
  /** What the table has shown so far. */
  readonly before: readonly ShownRow[];
  /** The live sessions in the order of the list. */
  readonly live: readonly SessionRow[];
  /** Whether rows must keep their places. */
  readonly isHeld: boolean;
  readonly isGone: (sessionId: string) => boolean;
  /** Whether the operator ended it on this page. Its row goes at once. */
  readonly isGoneHere: (sessionId: string) => boolean;
}

const showAll = (live: readonly SessionRow[]): Arrangement => ({
  shown: live.map((row) => ({ row, isOver: false })),
  waiting: 0,
});

/** While rows are held, new ones wait, others' endings leave their rows in place, and only the end of the list grows. */
export const arrangeRows = ({ before, live, isHeld, isGone, isGoneHere }: ArrangeInput): Arrangement => {
  if (!isHeld || before.length === 0) return showAll(live);
  const current = new Map(live.map((row) => [row.sessionId, row]));
  const kept = before
    .filter(({ row }) => !isGoneHere(row.sessionId))
    .map((one): ShownRow => {
      const row = current.get(one.row.sessionId) ?? one.row;
      const isOver = isGone(row.sessionId);
      return row === one.row && isOver === one.isOver ? one : { row, isOver };
    });
  // Nothing is left to aim at.
  if (kept.every(({ isOver }) => isOver)) return showAll(live);
  const known = new Set(before.map(({ row }) => row.sessionId));
  const lastKnown = live.findLastIndex(({ sessionId }) => known.has(sessionId));
  const added = live.slice(lastKnown + 1).map((row) => ({ row, isOver: false }));
  const waiting = live.slice(0, lastKnown + 1).filter(({ sessionId }) => !known.has(sessionId)).length;
  return { shown: lastKnown < 0 ? kept : [...kept, ...added], waiting };
};
