"use client";

import { useMemo } from "react";
import { IdLink } from "../lists/id-link";
import type { Ending } from "../lists/records";
import { useAgents } from "../lists/use-agents";
import { UserLink } from "../lists/user-link";
import { Badge } from "../ui/badge";
import { classNames } from "../ui/classes/class-names";
import { ShortName } from "../ui/short-name";
import { TimeOfDay } from "../ui/time/time";
import { type Paging, useVirtualRows } from "../ui/use-virtual-rows";
import { dayName, groupByDay } from "./ending-days";
import { causeNames, whoEnded, whoEndedShort } from "./ending-words";

const rowGrid =
  "grid items-center gap-x-3 px-4 grid-cols-[minmax(0,1fr)_auto] md:gap-x-2.5 md:grid-cols-[5rem_minmax(4.5rem,0.8fr)_7.75rem_minmax(4.75rem,1fr)_minmax(4.75rem,1fr)_3rem_3rem_5.5rem] lg:px-5 xl:gap-x-4 xl:grid-cols-[5rem_minmax(5rem,0.6fr)_5rem_7.75rem_minmax(5.5rem,0.7fr)_minmax(8rem,2fr)_4rem_4rem_5.5rem]";

const headings = [
  { name: "Session" },
  { name: "Agent" },
  { name: "User", isWideOnly: true },
  { name: "Cause" },
  { name: "By" },
  { name: "Reason" },
  { name: "Listeners", short: "Listen", isNumber: true, title: "Listeners dropped" },
  { name: "Cancelled", short: "Canc.", isNumber: true, title: "Operations cancelled" },
  { name: "Ended", isNumber: true },
] as const;

interface EndingTableProps extends Paging {
  readonly endings: readonly Ending[];
}

export const EndingTable = ({ endings, ...paging }: EndingTableProps) => {
  const { agentName } = useAgents();
  const lines = useMemo(() => groupByDay(endings), [endings]);
  const { body, height, measure, items } = useVirtualRows({
    count: lines.length,
    keyOf: (index) => lines[index]?.key,
    ...paging,
  });
  return (
    <table aria-label="Endings" aria-rowcount={lines.length + 1} className="block text-left">
      <thead className="block border-b border-line text-xs text-ink-faint max-md:sr-only">
        <tr className={classNames(rowGrid, "h-10")}>
          {headings.map((heading) => (
            <th
              key={heading.name}
              scope="col"
              title={"title" in heading ? heading.title : undefined}
              className={classNames(
                "truncate font-medium",
                "isNumber" in heading && "text-right",
                "isWideOnly" in heading && "max-xl:hidden",
              )}
            >
              {"short" in heading ? <ShortName name={heading.name} short={heading.short} /> : heading.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body} className="relative block" style={{ height }}>
        {items.map(({ index, offset }) => {
          const line = lines[index];
          return (
            line && (
              <tr
                key={line.key}
                ref={measure}
                data-index={index}
                aria-rowindex={index + 2}
                style={{ transform: `translateY(${offset}px)` }}
                className={classNames(
                  "absolute inset-x-0 top-0 border-b border-line last:border-b-0",
                  "day" in line
                    ? "block bg-sunken px-4 py-1.5 lg:px-5"
                    : `${rowGrid} gap-y-1 py-3.5 hover:bg-sunken/60 md:h-9 md:py-0`,
                )}
              >
                {"day" in line ? (
                  <th scope="rowgroup" className="block text-xs font-medium text-ink-soft">
                    {dayName(line.day)}
                  </th>
                ) : (
                  <EndingCells ending={line.ending} agent={agentName(line.ending.agentId)} />
                )}
              </tr>
            )
          );
        })}
      </tbody>
    </table>
  );
};

const EndingCells = ({ ending, agent }: { readonly ending: Ending; readonly agent: string }) => (
  <>
    <td>
      <IdLink
        href={`/endings/${encodeURIComponent(ending.sessionId)}`}
        id={ending.sessionId}
        title={ending.sessionId}
      />
    </td>
    <td className="truncate max-md:hidden" title={agent}>
      {agent}
    </td>
    <td className="truncate max-xl:hidden">
      <UserLink userId={ending.userId} list="endings" />
    </td>
    <td className="max-md:col-start-1 max-md:row-start-3">
      <Badge>{causeNames[ending.cause]}</Badge>
    </td>
    <td className="truncate text-ink-soft max-md:col-span-2 max-md:row-start-2" title={whoEnded(ending)}>
      <span className="md:hidden">
        {agent}, by {whoEnded(ending)}
      </span>
      <span className="max-md:hidden">{whoEndedShort(ending)}</span>
    </td>
    <td className="truncate max-md:col-span-2 max-md:row-start-4" title={ending.reason || undefined}>
      {ending.reason || <span className="text-ink-faint max-md:hidden">–</span>}
    </td>
    <td className="text-right tabular-nums max-md:hidden">{ending.listenersDropped.toLocaleString()}</td>
    <td className="text-right tabular-nums max-md:hidden">{ending.operationsAborted.toLocaleString()}</td>
    <td className="text-right whitespace-nowrap text-ink-soft tabular-nums max-md:col-start-2 max-md:row-start-1">
      <TimeOfDay at={ending.endedAt} />
    </td>
  </>
);
