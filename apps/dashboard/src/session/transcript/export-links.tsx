"use client";

import { Download } from "lucide-react";
import { useLive } from "../../live/live-context";
import { useDownload } from "../../live/use-download";
import { buttonClasses } from "../../ui/button";

const formats = [
  { name: "Markdown", format: "markdown" },
  { name: "JSON", format: "json" },
  { name: "CSV", format: "csv" },
] as const;

/** Downloads of the whole channel, which come from the API itself. */
export const ExportLinks = ({ channelId }: { readonly channelId: string }) => {
  const { publicApiUrl } = useLive();
  const download = useDownload();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div role="group" aria-label="Export the transcript" className="flex items-center">
      <Download aria-hidden="true" className="mr-0.5 size-4 text-ink-faint max-sm:hidden" />
      {formats.map(({ name, format }) => (
        <a
          key={format}
          href={`${publicApiUrl}/api/messaging/channels/${encodeURIComponent(channelId)}/export?format=${format}`}
          title={`Download the transcript as ${name}`}
          onClick={download}
          className={buttonClasses({ kind: "quiet", size: "small", className: "px-2" })}
        >
          {name}
        </a>
      ))}
    </div>
  );
};
