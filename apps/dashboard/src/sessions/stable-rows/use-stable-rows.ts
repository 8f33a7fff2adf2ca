"use client";

import { useRowsInPlace } from "../../lists/held-rows/use-rows-in-place";
import type { Activity, SessionRow } from "../../lists/records";
import { useLiveStore } from "../../live/live-context";
import { arrangeRows } from "./stable-rows";

interface StableRowsInput {
  readonly live: readonly SessionRow[];
  readonly isHeld: boolean;
  readonly hasMore: boolean;
  readonly activity: Activity | undefined;
  readonly listName: string;
}

/** Keeps sessions in place while they are held. */
export const useStableRows = ({ listName, ...list }: StableRowsInput) => {
  const { isGone, isGoneHere } = useLiveStore();
  return useRowsInPlace(listName, (before: Parameters<typeof arrangeRows>[0]["before"]) =>
    arrangeRows({ before, ...list, isGone, isGoneHere }),
  );
};
