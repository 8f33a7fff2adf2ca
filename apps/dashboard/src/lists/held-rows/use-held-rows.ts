"use client";

import { useLayoutEffect, useReducer, useRef } from "react";
import { holdRows } from "./hold-rows";

interface HeldRowsInput<Row> {
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly isHeld: boolean;
  /** A change of it (the filter) begins a new list. */
  readonly listName: string;
}

/** Keeps rows of a list in place while they are aimed at or read. */
export const useHeldRows = <Row>({ rows, keyOf, isHeld, listName }: HeldRowsInput<Row>) => {
  const [, render] = useReducer((count: number) => count + 1, 0);
  const last = useRef<{ readonly listName: string; readonly shown: readonly Row[] }>({ listName, shown: [] });
  const before = last.current.listName === listName ? last.current.shown : [];
  const held = holdRows({ before, rows, keyOf, isHeld });
  useLayoutEffect(() => {
    last.current = { listName, shown: held.shown };
  });
  return {
    ...held,
    /** Brings in the rows that wait. */
    showWaiting: () => {
      last.current = { listName, shown: [] };
      window.scrollTo({ top: 0 });
      render();
    },
  };
};
