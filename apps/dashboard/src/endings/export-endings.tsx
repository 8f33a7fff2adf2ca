"use client";

import { Download } from "lucide-react";
import { type ListFilter, toListInput } from "../lists/records";
import { useLive } from "../live/live-context";
import { useDownload } from "../live/use-download";
import { buttonClasses } from "../ui/button";

const formats = [
  { name: "CSV", format: "csv" },
  { name: "NDJSON", format: "json" },
] as const;

interface ExportEndingsProps {
  readonly filter: ListFilter;
  readonly isFiltered: boolean;
}

/** Downloads of all endings that match, which come from the API itself. */
export const ExportEndings = ({ filter, isFiltered }: ExportEndingsProps) => {
  const { publicApiUrl } = useLive();
  const download = useDownload();
  const query = new URLSearchParams(
    Object.entries(toListInput(filter)).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div role="group" aria-label="Export the endings" className="flex items-center gap-2">
      {formats.map(({ name, format }) => (
        <a
          key={format}
          href={`${publicApiUrl}/api/messaging/endings/export?format=${format}&${query}`}
          title={`Download ${isFiltered ? "all endings that match" : "all endings"} as ${name}`}
          onClick={download}
          className={buttonClasses()}
        >
          <Download aria-hidden="true" />
          {name}
        </a>
      ))}
    </div>
  );
};
