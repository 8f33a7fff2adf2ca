"use client";

import { useLayoutEffect, useReducer, useRef } from "react";

/** Remembers what a list shows, so that `arrange` can keep it in place. A change of `listName` (the filter) begins a new list. */
export const useRowsInPlace = <Row, Arrangement extends { readonly shown: readonly Row[] }>(
  listName: string,
  arrange: (before: readonly Row[]) => Arrangement,
) => {
  const [, render] = useReducer((count: number) => count + 1, 0);
  const last = useRef<{ readonly listName: string; readonly shown: readonly Row[] }>({ listName, shown: [] });
  const arrangement = arrange(last.current.listName === listName ? last.current.shown : []);
  useLayoutEffect(() => {
    last.current = { listName, shown: arrangement.shown };
  });
  return {
    ...arrangement,
    /** Brings in the rows that wait. */
    showWaiting: () => {
      last.current = { listName, shown: [] };
      window.scrollTo({ top: 0 });
      render();
    },
  };
};
