"use client";

import { useState } from "react";
import type { Block } from "../lists/records";
import { shortId } from "../lists/records";
import { Button } from "../ui/button";
import { TimeOfDay } from "../ui/time/time";
import type { Paging } from "../ui/use-virtual-rows";
import { VirtualTable } from "../ui/virtual-table";
import { UnblockDialog } from "./unblock-dialog";

const rowGrid =
  "grid items-center gap-x-4 px-4 grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[6rem_8rem_minmax(6rem,2fr)_minmax(4.5rem,1fr)_8rem_6rem] lg:px-5";

const headings = ["User", "Until", "Reason", "By", "Blocked"] as const;

interface BlockTableProps extends Paging {
  readonly blocks: readonly Block[];
  readonly onUnblocked: (userId: string) => void;
}

export const BlockTable = ({ blocks, onUnblocked, ...paging }: BlockTableProps) => {
  const [asked, setAsked] = useState<Block | null>(null);
  return (
    <>
      <VirtualTable
        label="Blocks"
        headings={headings}
        rowGrid={rowGrid}
        rows={blocks}
        keyOf={({ userId }) => userId}
        {...paging}
      >
        {(block) => <BlockCells block={block} onUnblock={() => setAsked(block)} />}
      </VirtualTable>
      {asked && (
        <UnblockDialog
          key={asked.userId}
          block={asked}
          onUnblocked={onUnblocked}
          onClosed={() => setAsked(null)}
        />
      )}
    </>
  );
};

interface BlockCellsProps {
  readonly block: Block;
  readonly onUnblock: () => void;
}

const BlockCells = ({ block, onUnblock }: BlockCellsProps) => (
  <>
    <td className="font-mono text-[0.8125rem]" title={block.userId}>
      {shortId(block.userId)}
    </td>
    <td className="whitespace-nowrap max-md:col-start-1 max-md:row-start-2">
      <span className="text-ink-soft md:hidden">Until: </span>
      {block.until === null ? "For good" : <TimeOfDay at={block.until} />}
    </td>
    <td
      className="truncate max-md:col-span-2 max-md:col-start-1 max-md:row-start-3"
      title={block.reason || undefined}
    >
      {block.reason || <span className="text-ink-faint">No reason given</span>}
    </td>
    <td className="truncate text-ink-soft max-md:col-start-1 max-md:row-start-4">
      <span className="md:hidden">By </span>
      <span>{block.actor ?? "unnamed caller"}</span>
    </td>
    <td className="whitespace-nowrap text-ink-soft tabular-nums max-md:col-start-2 max-md:row-start-4">
      <TimeOfDay at={block.blockedAt} />
    </td>
    <td className="text-right max-md:col-start-2 max-md:row-start-1">
      <Button size="row" onClick={onUnblock}>
        Unblock
      </Button>
    </td>
  </>
);
