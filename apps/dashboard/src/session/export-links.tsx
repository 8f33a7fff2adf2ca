"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { Download } from "lucide-react";
import type { MouseEvent } from "react";
import { describeError } from "../live/call-error";
import { inBackground } from "../live/in-background";
import { useLive } from "../live/live-context";
import { useAnnounce } from "../ui/announcer";
import { Button } from "../ui/button";

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
        <Button key={format} asChild kind="quiet" size="small" className="px-2">
          <a
            href={`${publicApiUrl}/api/messaging/channels/${encodeURIComponent(channelId)}/export?format=${format}`}
            title={`Download the transcript as ${name}`}
            onClick={download}
          >
            {name}
          </a>
        </Button>
      ))}
    </div>
  );
};

/** Follows the link with a ticket, since a link can't carry the key. */
const useDownload = () => {
  const api = useTRPCClient();
  const announce = useAnnounce();
  return (event: MouseEvent<HTMLAnchorElement>) => {
    event.preventDefault();
    const url = new URL(event.currentTarget.href);
    const follow = async () => {
      try {
        const { ticket } = await api.issueTicket.mutate();
        url.searchParams.set("ticket", ticket);
        window.location.assign(url);
      } catch (error) {
        announce({ title: "Not exported", detail: describeError(error) });
      }
    };
    inBackground(follow());
  };
};
