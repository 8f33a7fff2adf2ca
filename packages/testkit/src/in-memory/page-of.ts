import type { PagePosition, PageRequest } from "@adjourn/sessions";

/** Whether `b` follows `a` in a list: newest first, ties by descending id. */
const isBehind = (a: PagePosition, b: PagePosition): boolean =>
  b.time < a.time || (b.time === a.time && b.id < a.id);

/** The page of rows that a list shows, in this order or its reverse, and where the next one begins. */
export const pageOf = <T>(
  all: readonly T[],
  { limit, after }: PageRequest,
  positionOf: (row: T) => PagePosition,
  isAscending = false,
): { readonly rows: T[]; readonly next: PagePosition | null } => {
  const follows = (a: PagePosition, b: PagePosition) => (isAscending ? isBehind(b, a) : isBehind(a, b));
  const rest = all
    .map((row) => ({ row, ...positionOf(row) }))
    .filter((place) => after === undefined || follows(after, place))
    .sort((a, b) => (follows(a, b) ? -1 : 1));
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  const next = last && rest.length > limit ? { time: last.time, id: last.id } : null;
  return { rows: shown.map(({ row }) => row), next };
};
