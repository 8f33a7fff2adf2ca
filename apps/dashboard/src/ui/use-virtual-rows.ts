"use client";

import { defaultRangeExtractor, useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";

const usualRowHeight = 36;
const rowsBeyondView = 8;
/** So many rows before the end of the list the next page is asked for. */
const aheadRows = 40;

/** How a list goes on beyond the loaded rows. */
export interface Paging {
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly onMore: () => void;
}

interface VirtualRows extends Paging {
  readonly count: number;
  readonly keyOf: (index: number) => string | undefined;
  /** Rows that stay in the page wherever it is scrolled: one that has the focus would lose it. */
  readonly pinned?: readonly number[];
}

/** Of a list as long as the window scrolls, only the rows in view and a few around them are in the page. */
export const useVirtualRows = ({
  count,
  keyOf,
  hasMore,
  isLoadingMore,
  onMore,
  pinned = [],
}: VirtualRows) => {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  // What stands above the list comes and goes, so where it begins is measured each time.
  useLayoutEffect(() => {
    if (!body.current) return;
    const next = Math.round(body.current.getBoundingClientRect().top + window.scrollY);
    if (next !== top) setTop(next);
  });
  const virtualizer = useWindowVirtualizer({
    count,
    estimateSize: () => usualRowHeight,
    getItemKey: (index) => keyOf(index) ?? index,
    overscan: rowsBeyondView,
    scrollMargin: top,
    rangeExtractor: (range) =>
      [
        ...new Set([
          ...defaultRangeExtractor(range),
          ...pinned.filter((index) => index >= 0 && index < count),
        ]),
      ].sort((a, b) => a - b),
  });
  const items = virtualizer.getVirtualItems();
  const lastShown = virtualizer.range?.endIndex ?? 0;
  const wantsMore = hasMore && !isLoadingMore && lastShown >= count - aheadRows;
  useEffect(() => {
    if (wantsMore) onMore();
  }, [wantsMore, onMore]);
  return {
    body,
    height: virtualizer.getTotalSize(),
    measure: virtualizer.measureElement,
    items: items.map(({ index, start }) => ({ index, offset: start - virtualizer.options.scrollMargin })),
  };
};
