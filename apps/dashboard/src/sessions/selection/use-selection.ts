"use client";

import { useEffect, useRef, useState } from "react";
import type { SessionRow } from "../../lists/records";
import type { ShownRow } from "../stable-rows/stable-rows";

interface SelectionInput {
  /** The loaded rows. */
  readonly rows: readonly SessionRow[];
  /** Names the filter. What another filter hides is no longer selected. */
  readonly listName: string;
  readonly isLoaded: boolean;
  readonly isGone: (sessionId: string) => boolean;
}

/** The ticked sessions, those included that *Select all matching* found beyond the loaded rows. */
export const useSelection = ({ rows, listName, isLoaded, isGone }: SelectionInput) => {
  const [chosen, setChosen] = useState<ReadonlyMap<string, SessionRow>>(new Map());
  const anchor = useRef<string | null>(null);
  const prunedFor = useRef(listName);

  useEffect(() => {
    if (prunedFor.current === listName || !isLoaded) return;
    prunedFor.current = listName;
    const visible = new Set(rows.map(({ sessionId }) => sessionId));
    setChosen((before) => new Map([...before].filter(([id]) => visible.has(id))));
  }, [listName, isLoaded, rows]);

  const latest = new Map(chosen.size === 0 ? [] : rows.map((row) => [row.sessionId, row]));
  const selected = [...chosen.values()]
    .filter(({ sessionId }) => !isGone(sessionId))
    .map((row) => latest.get(row.sessionId) ?? row);

  /** With `isRange`, all between the row that was toggled before and this one. */
  const toggleIn = (shown: readonly ShownRow[]) => (row: SessionRow, isRange: boolean) => {
    const toggled = isRange ? rowsBetween(shown, anchor.current, row.sessionId) : [row];
    const isTicked = isRange || !chosen.has(row.sessionId);
    anchor.current = row.sessionId;
    setChosen((before) => {
      const next = new Map(before);
      for (const one of toggled)
        if (isTicked) next.set(one.sessionId, one);
        else next.delete(one.sessionId);
      return next;
    });
  };
  return {
    selected,
    isChosen: (sessionId: string) => chosen.has(sessionId),
    toggleIn,
    choose: (picked: readonly SessionRow[]) => setChosen(new Map(picked.map((row) => [row.sessionId, row]))),
  };
};

const rowsBetween = (shown: readonly ShownRow[], from: string | null, to: string): readonly SessionRow[] => {
  const placeOf = (id: string | null) => shown.findIndex(({ row }) => row.sessionId === id);
  const end = placeOf(to);
  const start = from === null ? end : placeOf(from);
  const [first, last] = start < 0 ? [end, end] : [Math.min(start, end), Math.max(start, end)];
  return shown
    .slice(first, last + 1)
    .filter(({ isOver }) => !isOver)
    .map(({ row }) => row);
};
