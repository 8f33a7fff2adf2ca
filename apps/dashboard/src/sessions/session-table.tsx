"use client";

import type { SessionRow } from "../lists/records";
import { useVirtualRows } from "../ui/use-virtual-rows";
import { headings, rowGrid } from "./session-columns";
import { SessionTableRow } from "./session-table-row";

interface SessionTableProps {
  readonly rows: readonly SessionRow[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly onMore: () => void;
}

export const SessionTable = ({ rows, chosen, onChoose, ...paging }: SessionTableProps) => {
  const { body, height, measure, items } = useVirtualRows({
    count: rows.length,
    keyOf: (index) => rows[index]?.sessionId,
    ...paging,
  });
  const chosenCount = rows.filter((row) => chosen.has(row.sessionId)).length;
  const toggle = (sessionId: string) => {
    const next = new Set(chosen);
    if (!next.delete(sessionId)) next.add(sessionId);
    onChoose(next);
  };

  return (
    <table aria-rowcount={rows.length + 1} className="block text-left" aria-label="Live sessions">
      <thead className="block border-b border-line text-xs text-ink-faint">
        <tr className={`${rowGrid} h-10`}>
          <th scope="col" className="font-medium max-md:col-span-2">
            <label className="flex items-center gap-3">
              <input
                type="checkbox"
                className="block size-4 shrink-0"
                checked={chosenCount === rows.length}
                ref={(box) => {
                  if (box) box.indeterminate = chosenCount > 0 && chosenCount < rows.length;
                }}
                onChange={(event) =>
                  onChoose(new Set(event.target.checked ? rows.map((row) => row.sessionId) : []))
                }
              />
              <span className="md:sr-only">Select all</span>
            </label>
          </th>
          {headings.map((heading) => (
            <th
              key={heading.name}
              scope="col"
              className={`font-medium max-md:sr-only ${heading.name === "Session" ? "" : heading.className}`}
            >
              {"short" in heading ? (
                <>
                  <span className="max-xl:sr-only">{heading.name}</span>
                  <span aria-hidden="true" className="xl:hidden">
                    {heading.short}
                  </span>
                </>
              ) : (
                heading.name
              )}
            </th>
          ))}
          <th scope="col" className="font-medium">
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody ref={body} className="relative block" style={{ height }}>
        {items.map(({ index, offset }) => {
          const row = rows[index];
          return (
            row && (
              <SessionTableRow
                key={row.sessionId}
                ref={measure}
                index={index}
                offset={offset}
                row={row}
                isChosen={chosen.has(row.sessionId)}
                onToggle={toggle}
              />
            )
          );
        })}
      </tbody>
    </table>
  );
};
