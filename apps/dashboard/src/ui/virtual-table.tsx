"use client";

import type { ReactNode } from "react";
import { classNames } from "./classes/class-names";
import { type Paging, useVirtualRows } from "./use-virtual-rows";

interface VirtualTableProps<Item> extends Paging {
  readonly label: string;
  readonly headings: readonly string[];
  /** The grid classes of every row; the last column is for actions. */
  readonly rowGrid: string;
  readonly rows: readonly Item[];
  readonly keyOf: (row: Item) => string;
  /** The cells of a row. */
  readonly children: (row: Item) => ReactNode;
}

/** A virtualised table that scrolls with the page and whose rows end in an action. */
export const VirtualTable = <Item extends object>({
  label,
  headings,
  rowGrid,
  rows,
  keyOf,
  children,
  ...paging
}: VirtualTableProps<Item>) => {
  const { body, height, measure, items } = useVirtualRows({
    count: rows.length,
    keyOf: (index) => rows[index] && keyOf(rows[index]),
    ...paging,
  });
  return (
    <table aria-label={label} aria-rowcount={rows.length + 1} className="block text-left">
      <thead className="block border-b border-line text-xs text-ink-faint max-md:sr-only">
        <tr className={classNames(rowGrid, "h-10")}>
          {headings.map((name) => (
            <th key={name} scope="col" className="truncate font-medium">
              {name}
            </th>
          ))}
          <th scope="col">
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody ref={body} className="relative block" style={{ height }}>
        {items.map(({ index, offset }) => {
          const row = rows[index];
          return (
            row && (
              <tr
                key={keyOf(row)}
                ref={measure}
                data-index={index}
                data-row={keyOf(row)}
                aria-rowindex={index + 2}
                style={{ transform: `translateY(${offset}px)` }}
                className={classNames(
                  rowGrid,
                  "absolute inset-x-0 top-0 gap-y-1 border-b border-line py-2.5 last:border-b-0 hover:bg-sunken/60 md:min-h-9 md:py-0.5",
                )}
              >
                {children(row)}
              </tr>
            )
          );
        })}
      </tbody>
    </table>
  );
};
