"use client";

import { Printer } from "lucide-react";
import { Button } from "../../ui/button";
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
      {!isEmpty && <ExportLinks channelId={channelId} />}
      <Button kind="quiet" size="small" disabled={isEmpty} aria-disabled={isPreparing} onClick={print}>
        <Printer aria-hidden="true" />
        <span className="max-sm:sr-only">{isPreparing ? "Loading…" : "Print"}</span>
      </Button>
    </div>
  );
};
