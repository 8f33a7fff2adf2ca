"use client";

import { type Ref, useState } from "react";
import { inBackground } from "../../live/in-background";
import { classNames } from "../../ui/classes/class-names";
import { Card } from "../../ui/layout/card";
import type { PartialReply } from "../stream/partial-replies";
import type { SessionStream } from "../stream/session-stream";
import type { useHistory } from "../stream/use-session";
import { Transcript } from "./transcript";
import { TranscriptActions } from "./transcript-actions";

interface TranscriptCardProps {
  readonly ref: Ref<HTMLElement>;
  readonly sessionId: string;
  readonly channelId: string;
  readonly stream: SessionStream;
  readonly history: ReturnType<typeof useHistory>;
  readonly isGone: boolean;
  readonly onNotInFlight: (reply: PartialReply) => void;
}

/** The transcript and the actions that apply to all of it. */
export const TranscriptCard = ({
  ref,
  sessionId,
  channelId,
  stream,
  history: { query, loadAll },
  isGone,
  onNotInFlight,
}: TranscriptCardProps) => {
  const [isLiveAtFirst] = useState(!isGone);
  return (
    <Card
      ref={ref}
      aria-labelledby="transcript"
      className={classNames(
        "flex min-h-0 flex-col print:block print:h-auto print:max-h-none print:border-0 print:shadow-none",
        // New messages do not move the content below it on narrow pages.
        isLiveAtFirst ? "max-lg:h-[min(75dvh,40rem)]" : "max-lg:max-h-[85dvh]",
      )}
    >
      <header className="flex items-center justify-between gap-3 border-b border-line py-1.5 pr-2 pl-4 sm:pl-5 print:mb-3 print:px-0">
        <h2 id="transcript" className="text-[0.9375rem] font-semibold">
          Transcript
        </h2>
        <TranscriptActions channelId={channelId} loadAll={loadAll} isEmpty={stream.messages.length === 0} />
      </header>
      <Transcript
        sessionId={sessionId}
        messages={stream.messages}
        replies={stream.replies}
        onNotInFlight={onNotInFlight}
        isGone={isGone}
        isLoading={query.isPending}
        problem={query.error}
        hasOlder={query.hasNextPage}
        onOlder={() => inBackground(query.fetchNextPage())}
        isLoadingOlder={query.isFetchingNextPage}
      />
    </Card>
  );
};
