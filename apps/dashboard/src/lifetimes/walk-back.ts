interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string | undefined;
}

interface Walk<Item> {
  /** Newest first. May include items older than `until`. */
  readonly items: readonly Item[];
  /** The items include everything newer than this (ms). */
  readonly knownFrom: number;
}

/** Reads a list, newest first, back to `until` (ms), at most `mostPages` pages. */
export const walkBack = async <Item>(
  readPage: (cursor: string | undefined) => Promise<Page<Item>>,
  timeOf: (item: Item) => number,
  until: number,
  mostPages: number,
): Promise<Walk<Item>> => {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const next = await readPage(cursor);
    items.push(...next.items);
    cursor = next.nextCursor;
    const oldest = items.at(-1);
    if (cursor === undefined || (oldest && timeOf(oldest) < until)) return { items, knownFrom: until };
  }
  const oldest = items.at(-1);
  return { items, knownFrom: oldest ? timeOf(oldest) : until };
};
