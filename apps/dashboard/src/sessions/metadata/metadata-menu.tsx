"use client";

import { Columns3 } from "lucide-react";
import { Popover } from "radix-ui";
import { Button } from "../../ui/button";
import type { useMetadataFields } from "./use-metadata-fields";

/** Chooses which fields of the metadata have a column. */
export const MetadataMenu = ({ chosen, offered, isFull, toggle }: ReturnType<typeof useMetadataFields>) => (
  <Popover.Root>
    <Popover.Trigger asChild>
      <Button className="max-md:hidden">
        <Columns3 aria-hidden="true" />
        Columns
      </Button>
    </Popover.Trigger>
    <Popover.Portal>
      <Popover.Content
        align="end"
        sideOffset={6}
        aria-label="Columns"
        className="z-30 max-h-80 w-64 animate-[appear_120ms_ease-out] overflow-y-auto rounded-lg border border-line bg-surface p-2 shadow-float"
      >
        <p className="px-2 py-1 text-xs text-ink-faint">
          {offered.length === 0 ? "These sessions have no metadata." : "Show fields of the metadata"}
        </p>
        {offered.map((field) => (
          <label key={field} className="flex min-h-8 items-center gap-2.5 rounded-md px-2 hover:bg-sunken">
            <input
              type="checkbox"
              className="size-4 shrink-0"
              checked={chosen.includes(field)}
              disabled={isFull && !chosen.includes(field)}
              onChange={() => toggle(field)}
            />
            <span className="truncate">{field}</span>
          </label>
        ))}
      </Popover.Content>
    </Popover.Portal>
  </Popover.Root>
);
