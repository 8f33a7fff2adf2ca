"use client";

import type { SessionRow } from "../lists/records";
import { useVirtualRows } from "../ui/use-virtual-rows";
import { SessionTableHead } from "./session-table-head";
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
      <SessionTableHead
        count={rows.length}
        chosenCount={chosenCount}
        onChooseAll={(isChosen) => onChoose(new Set(isChosen ? rows.map((row) => row.sessionId) : []))}
      />
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
