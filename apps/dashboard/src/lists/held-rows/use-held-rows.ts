"use client";

import { type HoldInput, holdRows } from "./hold-rows";
import { useRowsInPlace } from "./use-rows-in-place";

interface HeldRowsInput<Row> extends Omit<HoldInput<Row>, "before"> {
  readonly listName: string;
}

/** Keeps rows of a list in place while they are aimed at or read. */
export const useHeldRows = <Row>({ listName, ...list }: HeldRowsInput<Row>) =>
  useRowsInPlace<Row, ReturnType<typeof holdRows<Row>>>(listName, (before) => holdRows({ before, ...list }));
