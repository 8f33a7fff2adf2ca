"use client";

import { Printer } from "lucide-react";
import { Button } from "../ui/button";
import { usePrint } from "./use-print";

interface TranscriptActionsProps {
  readonly channelId: string;
  /** Loads the messages that are not on the page yet. */
  readonly loadAll: () => Promise<unknown>;
  readonly isEmpty: boolean;
}

export const TranscriptActions = ({ loadAll, isEmpty }: TranscriptActionsProps) => {
  const { print, isPreparing } = usePrint(loadAll);
  return (
    <div className="flex items-center gap-1 print:hidden">
      <Button kind="quiet" size="small" disabled={isEmpty} aria-disabled={isPreparing} onClick={print}>
        <Printer aria-hidden="true" />
        {isPreparing ? "Loading…" : "Print"}
      </Button>
    </div>
  );
};
