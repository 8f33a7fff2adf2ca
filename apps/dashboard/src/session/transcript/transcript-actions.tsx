"use client";

import { Printer } from "lucide-react";
import { Button } from "../../ui/button";
import { classNames } from "../../ui/classes/class-names";
import { ExportLinks } from "./export-links";
import { usePrint } from "./use-print";

interface TranscriptActionsProps {
  readonly channelId: string;
  /** Loads the messages that are not on the page yet. */
  readonly loadAll: () => Promise<unknown>;
  readonly isEmpty: boolean;
}

export const TranscriptActions = ({ channelId, loadAll, isEmpty }: TranscriptActionsProps) => {
  const { print, isPreparing } = usePrint(loadAll);
  return (
    <div className="flex items-center gap-1 print:hidden">
      {/* Keeps its room: what stands beside it doesn't move with the first message. */}
      <div className={classNames(isEmpty && "invisible")}>
        <ExportLinks channelId={channelId} />
      </div>
      <Button kind="quiet" size="small" disabled={isEmpty} aria-disabled={isPreparing} onClick={print}>
        <Printer aria-hidden="true" />
        <span className="max-sm:sr-only">{isPreparing ? "Loading…" : "Print"}</span>
      </Button>
    </div>
  );
};
