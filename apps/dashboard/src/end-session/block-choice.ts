import type { SessionToEnd } from "./session-to-end";

/** For how long the dialog can block the user, in the order of its options. */
export const blockTerms = {
  none: "Don't block",
  hour: "1 hour",
  day: "24 hours",
  date: "Until a date",
  good: "For good",
} as const;

export type BlockTerm = keyof typeof blockTerms;

export interface BlockChoice {
  readonly term: BlockTerm;
  /** What the date field holds: a local time without a zone. Counts for the term `date` only. */
  readonly date: string;
}

export const noBlock: BlockChoice = { term: "none", date: "" };

const hourMs = 3_600_000;

/** When the block ends, counted from `now` (ms): an ISO time, or null if it holds for good. */
export const untilOf = ({ term, date }: BlockChoice, now: number): string | null => {
  if (term === "hour") return new Date(now + hourMs).toISOString();
  if (term === "day") return new Date(now + 24 * hourMs).toISOString();
  return term === "date" ? new Date(date).toISOString() : null;
};

/** The user of all these sessions; undefined if they have several, or if it is not known yet. */
export const onlyUserOf = (sessions: readonly SessionToEnd[]): string | undefined => {
  const userId = sessions[0]?.userId;
  const isOnly = sessions.every((session) => session.userId?.toLowerCase() === userId?.toLowerCase());
  return isOnly ? userId : undefined;
};
