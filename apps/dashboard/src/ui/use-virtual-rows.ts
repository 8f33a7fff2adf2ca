"use client";

import { defaultRangeExtractor, useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";

const usualRowHeight = 36;
const rowsBeyondView = 8;
/** The next page is requested when this many rows are left below the view. */
const aheadRows = 40;

/** The pages of a list beyond the loaded rows. */
export interface Paging {
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly onMore: () => void;
}

interface VirtualRows extends Paging {
  readonly count: number;
  readonly keyOf: (index: number) => string | undefined;
  /** Rows that are rendered at any scroll position, because a focused row would lose the focus. */
  readonly pinned?: readonly number[];
}

/** Renders only the rows in view and a few around them, in a list that scrolls with the window. */
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
  // Content above the list can appear and disappear, so its offset is measured each time.
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
