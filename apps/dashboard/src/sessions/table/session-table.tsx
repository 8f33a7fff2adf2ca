"use client";

import { useEffect, useRef } from "react";
import type { SessionRow } from "../../lists/records";
import { type Paging, useVirtualRows } from "../../ui/use-virtual-rows";
import type { ShownRow } from "../stable-rows/stable-rows";
import { tableLayout } from "./session-columns";
import { SessionTableHead } from "./session-table-head";
import { SessionTableRow } from "./session-table-row";

interface SessionTableProps extends Paging {
  readonly shown: readonly ShownRow[];
  readonly isChosen: (sessionId: string) => boolean;
  readonly onToggle: (row: SessionRow, isRange: boolean) => void;
  readonly onChoose: (rows: readonly SessionRow[]) => void;
  readonly onEnd: (row: SessionRow) => void;
  /** The row that the keyboard is at. */
  readonly active: string | null;
  readonly onActivate: (sessionId: string) => void;
  /** The chosen fields of the metadata. */
  readonly fields: readonly string[];
}

export const SessionTable = ({ shown, isChosen, onToggle, onChoose, onEnd, ...rest }: SessionTableProps) => {
  const { active, onActivate, fields, ...paging } = rest;
  const activeIndex = shown.findIndex(({ row }) => row.sessionId === active);
  const { body, height, measure, items } = useVirtualRows({
    count: shown.length,
    keyOf: (index) => shown[index]?.row.sessionId,
    pinned: [activeIndex],
    ...paging,
  });
  useFocusOfActive(body, active);
  const live = shown.filter(({ isOver }) => !isOver).map(({ row }) => row);

  return (
    <table
      aria-rowcount={shown.length + 1}
      className="group/table block text-left"
      {...tableLayout(fields.length)}
      aria-label="Live sessions"
    >
      <SessionTableHead
        count={live.length}
        chosenCount={live.filter((row) => isChosen(row.sessionId)).length}
        fields={fields}
        onChooseAll={(isTicked) => onChoose(isTicked ? live : [])}
      />
      <tbody
        ref={body}
        className="relative block [overflow-anchor:none]"
        style={{ height }}
        onKeyDown={({ key, target }) => {
          if (key === "Enter" && target instanceof HTMLTableRowElement) target.querySelector("a")?.click();
        }}
        onFocus={({ target }) => {
          const at = target.closest("tr")?.dataset.session;
          if (at !== undefined && at !== active) onActivate(at);
        }}
      >
        {items.map(({ index, offset }) => {
          const one = shown[index];
          return (
            one && (
              <SessionTableRow
                key={one.row.sessionId}
                ref={measure}
                index={index}
                offset={offset}
                {...one}
                isActive={one.row.sessionId === active}
                isChosen={isChosen(one.row.sessionId)}
                fields={fields}
                onToggle={onToggle}
                onEnd={onEnd}
              />
            )
          );
        })}
      </tbody>
    </table>
  );
};

/** Gives the focus to the row that the keyboard has moved to, which may have come into the page just now. */
const useFocusOfActive = (body: React.RefObject<HTMLTableSectionElement | null>, active: string | null) => {
  const before = useRef(active);
  useEffect(() => {
    if (active === before.current) return;
    before.current = active;
    const row = [...(body.current?.rows ?? [])].find(({ dataset }) => dataset.session === active);
    if (row && !row.contains(document.activeElement)) row.focus();
  }, [body, active]);
};
