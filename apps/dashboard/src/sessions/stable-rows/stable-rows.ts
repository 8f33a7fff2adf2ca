import { type Activity, activityCount, type SessionRow } from "../../lists/records";

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
  /** Whether the list goes on beyond the loaded rows. */
  readonly hasMore: boolean;
  /** What the list asks for; without it, a live session does not leave the list. */
  readonly activity: Activity | undefined;
  readonly isGone: (sessionId: string) => boolean;
  /** Whether the operator ended it on this page. Its row goes at once. */
  readonly isGoneHere: (sessionId: string) => boolean;
}

const showAll = (live: readonly SessionRow[]): Arrangement => ({
  shown: live.map((row) => ({ row, isOver: false })),
  waiting: 0,
});

/** While rows are held, new ones wait, those that go leave their rows in place, and only the end of the list grows. */
export const arrangeRows = ({
  before,
  live,
  isHeld,
  hasMore,
  activity,
  ...store
}: ArrangeInput): Arrangement => {
  if (!isHeld || before.length === 0) return showAll(live);
  const current = new Map(live.map((row) => [row.sessionId, row]));
  // New rows push the last ones out of the loaded part of the list. Those are missing, and live.
  const listed = hasMore ? before.findLastIndex(({ row }) => current.has(row.sessionId)) : before.length;
  const kept = before
    .map((one, index): ShownRow => {
      const { sessionId } = one.row;
      const hasLeft = index < listed && !current.has(sessionId);
      const isOver = store.isGone(sessionId) || (hasLeft && !activity);
      const row =
        current.get(sessionId) ?? (hasLeft && activity ? withoutActivity(one.row, activity) : one.row);
      return row === one.row && isOver === one.isOver ? one : { row, isOver };
    })
    .filter(({ row }) => !store.isGoneHere(row.sessionId));
  // Nothing is left to aim at.
  if (kept.every(({ isOver }) => isOver)) return showAll(live);
  const known = new Set(before.map(({ row }) => row.sessionId));
  const lastKnown = live.findLastIndex(({ sessionId }) => known.has(sessionId));
  const end = lastKnown < 0 ? live.length : lastKnown + 1;
  const added = live.slice(end).map((row) => ({ row, isOver: false }));
  const waiting = live.slice(0, end).filter(({ sessionId }) => !known.has(sessionId)).length;
  return { shown: [...kept, ...added], waiting };
};

/** The row as it is since it left the list. */
const withoutActivity = (row: SessionRow, activity: Activity): SessionRow => {
  const count = activityCount[activity];
  return row[count] === 0 ? row : { ...row, [count]: 0 };
};
