"use client";

import { ServerOff } from "lucide-react";
import Link from "next/link";
import { useMemo } from "react";
import { shortId } from "../lists/records";
import { describeError } from "../live/call-error";
import { inBackground } from "../live/in-background";
import { useKnownEnding } from "../live/live-context";
import { BlankState } from "../ui/blank-state";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { EndedNotice } from "./ended-notice";
import { SessionFacts } from "./session-facts";
import { SessionHeader } from "./session-header";
import { SessionSkeleton } from "./session-skeleton";
import { withMessages } from "./session-stream";
import { Timeline } from "./timeline";
import { TimeoutForm } from "./timeout-form";
import { Transcript } from "./transcript";
import { useEnding, useHistory, useSession } from "./use-session";
import { useSessionStream } from "./use-session-stream";

export const SessionView = ({ sessionId }: { readonly sessionId: string }) => {
  const { isGone } = useKnownEnding(sessionId);
  const { data: session, error } = useSession(sessionId);
  const { ending, isMissing, error: endingError } = useEnding(sessionId, isGone);
  const { stream: live, removeReply } = useSessionStream(sessionId);
  const facts = session ?? ending;
  const history = useHistory(facts?.channelId);
  const stream = useMemo(() => withMessages(live, history.messages), [live, history.messages]);

  if (!facts) {
    if (isMissing) return <NoSuchSession sessionId={sessionId} />;
    const problem = isGone ? endingError : error;
    if (!problem) return <SessionSkeleton />;
    return (
      <BlankState isPage icon={ServerOff} title="The session can't be shown">
        {describeError(problem)}
      </BlankState>
    );
  }
  return (
    <>
      <SessionHeader sessionId={sessionId} isGone={isGone} session={session} isStale={error !== null} />
      {isGone && <EndedNotice sessionId={sessionId} ending={ending} end={stream.end} />}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Card aria-label="Transcript">
          <Transcript
            sessionId={sessionId}
            messages={stream.messages}
            replies={stream.replies}
            onNotInFlight={removeReply}
            isGone={isGone}
            isLoading={history.query.isPending}
            problem={history.query.error}
            hasOlder={history.query.hasNextPage}
            onOlder={() => inBackground(history.query.fetchNextPage())}
            isLoadingOlder={history.query.isFetchingNextPage}
          />
        </Card>
        <div className="grid min-w-0 gap-5">
          <SessionFacts facts={facts} session={session} isGone={isGone} />
          {session && !isGone && <TimeoutForm session={session} />}
          <Timeline sessionId={sessionId} createdAt={facts.createdAt} stream={stream} ending={ending} />
        </div>
      </div>
    </>
  );
};

const NoSuchSession = ({ sessionId }: { readonly sessionId: string }) => (
  <BlankState
    isPage
    icon={ServerOff}
    title="There is no such session"
    action={
      <Button asChild>
        <Link href="/sessions">All sessions</Link>
      </Button>
    }
  >
    Nothing is known of <span className="font-mono break-all">{shortId(sessionId)}</span>: it never was, or
    its ending was kept only for a while.
  </BlankState>
);
