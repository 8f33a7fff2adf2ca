import type { Ending, EndingPage, ListFilter, SessionPage, SessionRow } from "./records";
import { matchesActivity, matchesFilter } from "./records";

/** Changes of sessions in a period, the latest of each session. */
export interface Changes {
  readonly created: ReadonlyMap<string, SessionRow>;
  readonly changed: ReadonlyMap<string, SessionRow>;
  readonly ended: ReadonlyMap<string, Ending>;
  /** Ids of gone sessions, including {@link ended}. A late answer must not bring one back. */
  readonly gone: Pick<ReadonlySet<string>, "has">;
}

/**
 * Applies changes to pages of `listSessions`, newest first. Returns the same pages if nothing changed. What comes in, by
 * its creation or by an activity that the filter asks for, is on the first page; the list puts it into its order.
 */
export const changeSessionPages = (
  pages: readonly SessionPage[],
  changes: Changes,
  filter: ListFilter,
): readonly SessionPage[] => {
  const first = pages[0];
  if (!first) return pages;
  const known = new Set<string>();
  let touched = false;
  let removed = 0;
  const next = pages.map((page) => {
    const sessions: SessionRow[] = [];
    for (const row of page.sessions) {
      known.add(row.sessionId);
      if (changes.gone.has(row.sessionId)) {
        removed += 1;
        continue;
      }
      const changed = changes.changed.get(row.sessionId);
      if (changed && !matchesActivity(filter, changed)) {
        removed += 1;
        continue;
      }
      if (changed) touched = true;
      sessions.push(changed ?? row);
    }
    return sessions.length === page.sessions.length && !touched ? page : { ...page, sessions };
  });
  const added = rowsThatCame(pages, known, changes, filter);
  const beyond = endedBeyond(pages, known, changes.ended, filter);
  if (!touched && removed + beyond + added.length === 0) return pages;
  const shown = next.map((page, index) =>
    index === 0 ? { ...page, sessions: [...added, ...page.sessions] } : page,
  );
  const total = Math.max(0, first.total + added.length - removed - beyond);
  return shown.map((page) => ({ ...page, total }));
};

/** How many sessions ended in the part of the list that is not loaded, since its total was counted. */
const endedBeyond = (
  pages: readonly SessionPage[],
  known: ReadonlySet<string>,
  ended: Changes["ended"],
  filter: ListFilter,
): number => {
  const last = pages.at(-1);
  const oldest = last?.sessions.at(-1);
  if (!oldest || last?.nextCursor === undefined) return 0;
  const countedAt = pages[0]?.countedAt ?? 0;
  return [...ended.values()].filter(
    ({ cause: _, endedAt, actor: __, ...ids }) =>
      Date.parse(endedAt) > countedAt &&
      !known.has(ids.sessionId) &&
      ids.createdAt <= oldest.createdAt &&
      matchesFilter(filter, ids),
  ).length;
};

/** The rows of sessions that began, or began to have the activity that the filter asks for. */
const rowsThatCame = (
  pages: readonly SessionPage[],
  known: ReadonlySet<string>,
  { created, changed, gone }: Changes,
  filter: ListFilter,
): readonly SessionRow[] => {
  const came = new Map(created);
  if (filter.activity)
    for (const row of changed.values()) if (!isBeyond(pages, filter, row)) came.set(row.sessionId, row);
  return [...came.values()]
    .map((row) => changed.get(row.sessionId) ?? row)
    .filter((row) => !known.has(row.sessionId) && !gone.has(row.sessionId) && matchesFilter(filter, row))
    .sort(newestFirst);
};

/** Whether a row belongs to the part of the list that is not loaded, which is for the API to list. */
const isBeyond = (pages: readonly SessionPage[], { sort }: ListFilter, row: SessionRow): boolean => {
  const last = pages.at(-1);
  if (last?.nextCursor === undefined) return false;
  const end = last.sessions.at(-1);
  if (!end) return true;
  return sort === "expiresAt" ? row.expiresAt >= end.expiresAt : row.createdAt <= end.createdAt;
};

export const newestFirst = (a: SessionRow, b: SessionRow): number => b.createdAt.localeCompare(a.createdAt);

/** Adds new endings at the top of pages of `listEndings`, newest first. */
export const changeEndingPages = (
  pages: readonly EndingPage[],
  { ended }: Changes,
  filter: ListFilter,
): readonly EndingPage[] => {
  if (pages.length === 0 || ended.size === 0) return pages;
  const known = new Set(pages.flatMap((page) => page.endings.map(({ sessionId }) => sessionId)));
  const added = [...ended.values()]
    .filter((ending) => !known.has(ending.sessionId) && matchesFilter(filter, ending))
    .sort((a, b) => b.endedAt.localeCompare(a.endedAt));
  if (added.length === 0) return pages;
  return pages.map((page, index) => (index === 0 ? { ...page, endings: [...added, ...page.endings] } : page));
};
