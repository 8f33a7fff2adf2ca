"use client";

import { useLayoutEffect, useReducer, useRef } from "react";
import type { Activity, SessionRow } from "../../lists/records";
import { useLiveStore } from "../../live/live-context";
import { arrangeRows, type ShownRow } from "./stable-rows";

interface StableRowsInput {
  readonly live: readonly SessionRow[];
  readonly isHeld: boolean;
  readonly hasMore: boolean;
  readonly activity: Activity | undefined;
  readonly listName: string;
}

/** Keeps rows in place while they are held. A change of `listName` (the filter) begins a new list. */
export const useStableRows = ({ live, isHeld, hasMore, activity, listName }: StableRowsInput) => {
  const store = useLiveStore();
  const [, render] = useReducer((count: number) => count + 1, 0);
  const last = useRef<{ readonly listName: string; readonly shown: readonly ShownRow[] }>({
    listName,
    shown: [],
  });
  const arrangement = arrangeRows({
    before: last.current.listName === listName ? last.current.shown : [],
    live,
    isHeld,
    hasMore,
    activity,
    isGone: store.isGone,
    isGoneHere: store.isGoneHere,
  });
  useLayoutEffect(() => {
    last.current = { listName, shown: arrangement.shown };
  });
  return {
    ...arrangement,
    /** Brings in the rows that wait. */
    showWaiting: () => {
      last.current = { listName, shown: [] };
      render();
    },
  };
};
