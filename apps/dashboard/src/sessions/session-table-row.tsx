"use client";

import { MessageSquare, Radio, Workflow } from "lucide-react";
import Link from "next/link";
import { type Ref, useId } from "react";
import { useEndSession } from "../end-session/end-session-context";
import { IdLink } from "../lists/id-link";
import { type SessionRow, shortId } from "../lists/records";
import { useAgents } from "../lists/use-agents";
import { Button } from "../ui/button";
import { classNames } from "../ui/class-names";
import { Age } from "../ui/time";
import { rowGrid } from "./session-columns";
import { TimeLeft } from "./time-left";

interface SessionTableRowProps {
  readonly ref: Ref<HTMLTableRowElement>;
  readonly index: number;
  /** Pixels from the top of the list. */
  readonly offset: number;
  readonly row: SessionRow;
  readonly isChosen: boolean;
  readonly onToggle: (sessionId: string) => void;
}

const cell = "min-w-0 max-md:col-start-2 max-md:col-end-3";
const countCell = "tabular-nums md:text-right max-md:hidden";

export const SessionTableRow = ({ ref, index, offset, row, isChosen, onToggle }: SessionTableRowProps) => {
  const id = useId();
  const openEnd = useEndSession();
  const { sessionId, messageCount, listeners, pendingOperations } = row;
  return (
    <tr
      ref={ref}
      data-index={index}
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${offset}px)` }}
      className={classNames(
        rowGrid,
        "absolute inset-x-0 top-0 gap-y-0.5 border-b border-line py-2.5 last:border-b-0 hover:bg-sunken/60",
        isChosen && "bg-accent-wash/60 hover:bg-accent-wash/60",
      )}
    >
      <td className="max-md:row-start-1">
        <input
          type="checkbox"
          checked={isChosen}
          onChange={() => onToggle(sessionId)}
          aria-label={`Select session ${shortId(sessionId)}`}
          className="block size-4"
        />
      </td>
      <td id={id} className={classNames(cell, "max-md:row-start-1")}>
        <IdLink href={`/sessions/${encodeURIComponent(sessionId)}`} id={sessionId} title={sessionId} />
      </td>
      <WhoCells row={row} />
      <TimeCells row={row} />
      <td className={countCell}>{messageCount.toLocaleString()}</td>
      <td className={countCell}>{listeners.toLocaleString()}</td>
      <td className={classNames(countCell, pendingOperations > 0 && "font-medium text-accent")}>
        {pendingOperations.toLocaleString()}
      </td>
      <td className="text-right max-md:col-start-3 max-md:row-start-1">
        <Button kind="dangerOutline" size="small" aria-describedby={id} onClick={() => openEnd([row])}>
          End session
        </Button>
      </td>
    </tr>
  );
};

/** The agent and the user. */
const WhoCells = ({ row }: { readonly row: SessionRow }) => {
  const agent = useAgents().agentName(row.agentId);
  return (
    <>
      <td
        title={agent}
        className={classNames(
          cell,
          "max-md:col-end-4 max-md:row-start-2 max-md:text-ink-soft max-md:wrap-anywhere md:truncate",
        )}
      >
        {agent}
        <span className="md:hidden">
          {" with "}
          <span className="font-mono text-[0.8125rem]">{shortId(row.userId)}</span>
        </span>
      </td>
      <td className={classNames(cell, "truncate max-md:hidden")}>
        <Link
          href={`/sessions?userId=${encodeURIComponent(row.userId)}`}
          title={`Only sessions of user ${row.userId}`}
          className="rounded font-mono text-[0.8125rem] text-ink-soft hover:text-ink hover:underline"
        >
          {shortId(row.userId)}
        </Link>
      </td>
    </>
  );
};

/** Age and time left; narrow pages show both in one cell, together with the counts. */
const TimeCells = ({ row }: { readonly row: SessionRow }) => (
  <>
    <td className={countCell}>
      <Age since={row.createdAt} />
    </td>
    <td className="tabular-nums max-md:col-start-2 max-md:col-end-4 max-md:row-start-3 md:text-right">
      <TimeLeft session={row} />
      <span className="text-ink-soft md:hidden">
        {" left, "}
        <Age since={row.createdAt} /> old
      </span>
      <NarrowCounts row={row} />
    </td>
  </>
);

/** The three counts that have their own columns on wide pages. */
const NarrowCounts = ({ row }: { readonly row: SessionRow }) => (
  <span className="mt-1 flex gap-4 text-xs text-ink-soft md:hidden">
    {(
      [
        [MessageSquare, row.messageCount, "messages"],
        [Radio, row.listeners, "listeners"],
        [Workflow, row.pendingOperations, "pending"],
      ] as const
    ).map(([Icon, count, name]) => (
      <span key={name} className="inline-flex items-center gap-1" title={name}>
        <Icon aria-hidden="true" className="size-3.5 text-ink-faint" />
        {count.toLocaleString()}
        <span className="sr-only"> {name}</span>
      </span>
    ))}
  </span>
);
