"use client";

import { MessageSquare, Radio, Workflow } from "lucide-react";
import { type Ref, useId } from "react";
import { IdLink } from "../../lists/id-link";
import { type SessionRow, shortId } from "../../lists/records";
import { useAgents } from "../../lists/use-agents";
import { UserLink } from "../../lists/user-link";
import { Button } from "../../ui/button";
import { classNames } from "../../ui/classes/class-names";
import { Age } from "../../ui/time/time";
import { countClass, fieldClass, messageClass, rowGrid } from "./session-columns";
import { TimeLeft } from "./time-left";

interface SessionTableRowProps {
  readonly ref: Ref<HTMLTableRowElement>;
  readonly index: number;
  /** Pixels from the top of the list. */
  readonly offset: number;
  readonly row: SessionRow;
  /** The session has ended; the row only keeps its place. */
  readonly isOver: boolean;
  readonly isActive: boolean;
  readonly isChosen: boolean;
  readonly fields: readonly string[];
  readonly onToggle: (row: SessionRow, isRange: boolean) => void;
  readonly onEnd: (row: SessionRow) => void;
}

const cell = "min-w-0 max-md:col-start-2 max-md:col-end-3";
// Left-aligned, so that a growing figure does not shift.
const countCell = "truncate tabular-nums max-md:hidden";

export const SessionTableRow = ({ ref, index, offset, row, ...state }: SessionTableRowProps) => {
  const id = useId();
  const { sessionId } = row;
  const { isOver, isActive, isChosen, fields, onToggle, onEnd } = state;
  return (
    <tr
      ref={ref}
      tabIndex={-1}
      data-index={index}
      data-session={sessionId}
      data-active={isActive || undefined}
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${offset}px)` }}
      className={classNames(
        rowGrid,
        "absolute inset-x-0 top-0 scroll-mt-28 gap-y-0.5 border-b border-line py-2.5 -outline-offset-2 last:border-b-0 hover:bg-sunken/60 md:h-9 md:py-0 lg:scroll-mt-12",
        isChosen && "bg-accent-wash/60 hover:bg-accent-wash/60",
        isOver && "bg-sunken text-ink-faint",
      )}
    >
      <td className="max-md:row-start-1">
        <input
          type="checkbox"
          checked={isChosen && !isOver}
          disabled={isOver}
          onChange={(event) =>
            onToggle(row, event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey)
          }
          aria-label={`Select session ${shortId(sessionId)}`}
          className="block size-6 md:size-4"
        />
      </td>
      <td id={id} className={classNames(cell, "max-md:row-start-1")}>
        <IdLink href={`/sessions/${encodeURIComponent(sessionId)}`} id={sessionId} title={sessionId} />
      </td>
      <WhoCells row={row} />
      <LastMessageCell row={row} />
      {fields.map((field, index) => (
        <MetadataCell key={field} value={row.metadata[field]} className={fieldClass(index)} />
      ))}
      <TimeCells row={row} isOver={isOver} />
      <CountCells row={row} isOver={isOver} />
      <td className="text-right max-md:col-start-3 max-md:row-start-1">
        {isOver ? (
          // As high as the button, so that the cell doesn't move.
          <span className="inline-flex h-8 items-center text-[0.8125rem] font-medium md:h-7">Ended</span>
        ) : (
          <Button
            size="row"
            aria-describedby={id}
            className="hover:border-danger/50 hover:bg-danger-wash hover:text-danger"
            onClick={() => onEnd(row)}
          >
            End session
          </Button>
        )}
      </td>
    </tr>
  );
};

/** The last message, by which an operator recognises a conversation. */
const LastMessageCell = ({ row: { lastMessage } }: { readonly row: SessionRow }) => (
  <td
    title={lastMessage?.content}
    className={classNames(
      cell,
      "truncate text-ink-soft max-md:col-end-4 max-md:row-start-5 md:max-xl:hidden",
      messageClass,
      !lastMessage && "max-md:hidden",
    )}
  >
    {lastMessage ? lastMessage.content : <span className="text-ink-faint">–</span>}
  </td>
);

interface MetadataCellProps {
  readonly value: unknown;
  readonly className: string;
}

const MetadataCell = ({ value, className }: MetadataCellProps) => {
  const text = value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value);
  return (
    <td title={text} className={classNames("min-w-0 truncate text-ink-soft max-md:hidden", className)}>
      {text}
    </td>
  );
};

const CountCells = ({ row, isOver }: { readonly row: SessionRow; readonly isOver: boolean }) => (
  <>
    <td className={classNames(countCell, countClass)}>{row.messageCount.toLocaleString()}</td>
    <td className={classNames(countCell, countClass)}>{isOver ? "–" : row.listeners.toLocaleString()}</td>
    <td
      className={classNames(
        countCell,
        countClass,
        !isOver && row.pendingOperations > 0 && "font-medium text-accent",
      )}
    >
      {isOver ? "–" : row.pendingOperations.toLocaleString()}
    </td>
  </>
);

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
        <UserLink userId={row.userId} list="sessions" />
      </td>
    </>
  );
};

const narrowPrefix = <span className="text-ink-soft md:hidden">Ends in </span>;

/** Age and time left; narrow pages show both in one cell, together with the counts. */
const TimeCells = ({ row, isOver }: { readonly row: SessionRow; readonly isOver: boolean }) => (
  <>
    <td className={countCell}>
      <Age since={row.createdAt} />
    </td>
    <td className="tabular-nums max-md:col-start-2 max-md:col-end-4 max-md:row-start-3">
      {/* As wide as the longest, so that the age beside it never moves. */}
      <span className="max-md:inline-block max-md:min-w-32">
        {isOver ? "Over" : <TimeLeft session={row} isCoarse prefix={narrowPrefix} />}
      </span>
      <span className="text-ink-soft md:hidden">
        <Age since={row.createdAt} suffix=" old" />
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
