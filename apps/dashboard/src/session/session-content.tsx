"use client";

import { useMemo, useRef } from "react";
import type { Ending, SessionInfo } from "../lists/records";
import { useAnnounce } from "../ui/announcer";
import { classNames } from "../ui/classes/class-names";
import { EndingSummary } from "./ending-summary";
import { SessionFacts } from "./facts/session-facts";
import { SessionMetadata } from "./facts/session-metadata";
import { Timeline } from "./facts/timeline";
import { TimeoutForm } from "./facts/timeout-form";
import { SessionHeader } from "./session-header";
import { withMessages } from "./stream/session-stream";
import { useHistory } from "./stream/use-session";
import type { useSessionStream } from "./stream/use-session-stream";
import { TranscriptCard } from "./transcript/transcript-card";
import { useKeptInPlace } from "./transcript/use-kept-in-place";

interface SessionContentProps {
  readonly facts: SessionInfo | Ending;
  readonly session: SessionInfo | undefined;
  readonly ending: Ending | undefined;
  readonly isGone: boolean;
  /** The last request failed, so the data may be out of date. */
  readonly isStale: boolean;
  readonly live: ReturnType<typeof useSessionStream>;
}

/** What is known of one session, live or ended. */
export const SessionContent = ({ facts, session, ending, isGone, isStale, live }: SessionContentProps) => {
  const { sessionId } = facts;
  const history = useHistory(facts.channelId, isGone);
  const stream = useMemo(() => withMessages(live.stream, history.messages), [live.stream, history.messages]);
  const isLoading = history.query.isPending;
  const transcript = useRef<HTMLElement>(null);
  const announce = useAnnounce();
  useKeptInPlace(transcript, {
    change: `${isGone} ${ending !== undefined}`,
    onScrolled: () =>
      announce({ title: "This session has ended", detail: "Who ended it, and why, is above the transcript" }),
  });
  return (
    <div className="flex flex-col lg:h-[calc(100dvh-5rem)] lg:min-h-144 print:block print:h-auto">
      <SessionHeader sessionId={sessionId} isGone={isGone} session={session} isStale={isStale} />
      {isGone && <EndingSummary ending={ending} end={stream.end} />}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 lg:min-h-0 lg:flex-1 lg:grid-cols-[minmax(0,1fr)_20rem] lg:grid-rows-[minmax(0,1fr)] xl:grid-cols-[minmax(0,1fr)_22rem] print:flex print:flex-col">
        <TranscriptCard
          ref={transcript}
          sessionId={sessionId}
          channelId={facts.channelId}
          stream={stream}
          history={history}
          isGone={isGone}
          onNotInFlight={live.removeReply}
        />
        {/* The room around it is for shadows and focus rings, which the box would cut off. */}
        <div
          className={classNames(
            "scrolls-visibly -m-1 grid min-w-0 content-start gap-5 p-1 lg:-mr-3 lg:overflow-y-auto print:order-first print:max-w-md print:overflow-visible",
            // Below the transcript it would be moved once that is known.
            isLoading && "max-lg:hidden",
          )}
        >
          <SessionFacts facts={facts} session={session} isGone={isGone} />
          {session && <SessionMetadata metadata={session.metadata} />}
          {session && !isGone && <TimeoutForm session={session} />}
          {!isLoading && (
            <Timeline sessionId={sessionId} createdAt={facts.createdAt} stream={stream} ending={ending} />
          )}
        </div>
      </div>
    </div>
  );
};
