"use client";

import { useRef, useState } from "react";
import type { SessionRow } from "../../lists/records";
import { useShortcuts } from "../../shortcuts/use-shortcuts";
import type { ShownRow } from "../stable-rows/stable-rows";

interface ActiveRowInput {
  readonly shown: readonly ShownRow[];
  readonly onToggle: (row: SessionRow, isRange: boolean) => void;
  readonly onEnd: (row: SessionRow | undefined) => void;
  readonly onClear: () => void;
}

/** The row that the keyboard is at; where it goes, the row that takes its place. */
export const useActiveRow = ({ shown, onToggle, onEnd, onClear }: ActiveRowInput) => {
  const [wanted, setWanted] = useState<string | null>(null);
  const place = useRef(0);
  const index = shown.findIndex(({ row }) => row.sessionId === wanted);
  if (index >= 0) place.current = index;
  const active =
    wanted === null ? undefined : (shown[index] ?? shown[Math.min(place.current, shown.length - 1)]);
  const row = active?.isOver ? undefined : active?.row;

  const move = (by: number) => {
    const from = active ? shown.indexOf(active) : by > 0 ? -1 : 1;
    const next = shown[Math.max(0, Math.min(from + by, shown.length - 1))];
    if (next) setWanted(next.row.sessionId);
  };
  const select = (isRange: boolean) => row && onToggle(row, isRange);
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    x: () => select(false),
    X: () => select(true),
    e: () => onEnd(row),
    Escape: onClear,
  });
  return { active: active?.row.sessionId ?? null, activate: setWanted };
};
