import type { Ending } from "../lists/records";

/** A line of the table: an ending, or the day of those below it. `key` is unique in the table. */
export type EndingLine =
  | { readonly key: string; readonly ending: Ending }
  | { readonly key: string; readonly day: Date };

/** The endings, newest first, with a line for each day of the reader's zone. */
export const groupByDay = (endings: readonly Ending[]): readonly EndingLine[] => {
  let last = "";
  return endings.flatMap((ending): EndingLine[] => {
    const day = new Date(ending.endedAt);
    const name = day.toDateString();
    const line = { key: ending.sessionId, ending };
    if (name === last) return [line];
    last = name;
    return [{ key: name, day }, line];
  });
};

/** Today, Yesterday, or the date with its weekday. */
export const dayName = (day: Date, now = new Date()): string => {
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (day.toDateString() === now.toDateString()) return "Today";
  if (day.toDateString() === yesterday.toDateString()) return "Yesterday";
  return day.toLocaleDateString(undefined, {
    weekday: "long",
    day: "numeric",
    month: "long",
    ...(day.getFullYear() === now.getFullYear() ? {} : { year: "numeric" }),
  });
};
