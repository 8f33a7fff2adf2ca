"use client";

import { ServerOff } from "lucide-react";
import Link from "next/link";
import type { Ending } from "../lists/records";
import { shortId } from "../lists/records";
import { useAgents } from "../lists/use-agents";
import { describeError } from "../live/call-error";
import { inBackground } from "../live/in-background";
import { SessionSkeleton } from "../session/session-skeleton";
import { tokenCounts } from "../session/token-counts";
import { Transcript } from "../session/transcript";
import { useEnding, useHistory } from "../session/use-session";
import { Badge } from "../ui/badge";
import { BlankState } from "../ui/blank-state";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { Fact, Facts, IdFact } from "../ui/facts";
import { PageHeader } from "../ui/page-header";
import { formatDuration, TimeOfDay } from "../ui/time";
import { causeNames, causeTones, whoEnded, whyEnded } from "./ending-words";

export const EndingView = ({ sessionId }: { readonly sessionId: string }) => {
  const { ending, isMissing, error } = useEnding(sessionId, true);
  const history = useHistory(ending?.channelId);
  if (!ending) {
    if (!isMissing && !error) return <SessionSkeleton />;
    return <NoEnding sessionId={sessionId} error={error} />;
  }
  return (
    <>
      <EndingHeader sessionId={sessionId} cause={ending.cause} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Card aria-label="Transcript">
          <Transcript
            sessionId={sessionId}
            messages={history.messages}
            replies={[]}
            isGone
            isLoading={history.query.isPending}
            problem={history.query.error}
            hasOlder={history.query.hasNextPage}
            isLoadingOlder={history.query.isFetchingNextPage}
            onOlder={() => inBackground(history.query.fetchNextPage())}
          />
        </Card>
        <EndingFacts ending={ending} />
      </div>
    </>
  );
};

interface NoEndingProps {
  readonly sessionId: string;
  /** Why the ending could not be loaded; null if there is none. */
  readonly error: unknown;
}

const NoEnding = ({ sessionId, error }: NoEndingProps) => (
  <BlankState
    isPage
    icon={ServerOff}
    title={error ? "The ending can't be shown" : "There is no such ending"}
    action={
      <Button asChild>
        <Link href={error ? "/endings" : `/sessions/${encodeURIComponent(sessionId)}`}>
          {error ? "All endings" : "See whether it is live"}
        </Link>
      </Button>
    }
  >
    {error ? describeError(error) : `No ending of ${shortId(sessionId)} is on record.`}
  </BlankState>
);

const EndingHeader = ({ sessionId, cause }: Pick<Ending, "sessionId" | "cause">) => (
  <PageHeader
    title={
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span>
          Ending of <span className="font-mono text-[0.92em]">{shortId(sessionId)}</span>
        </span>
        <Badge tone={causeTones[cause]}>{causeNames[cause]}</Badge>
      </span>
    }
    description={<span className="font-mono text-xs break-all text-ink-faint">{sessionId}</span>}
  />
);

const EndingFacts = ({ ending }: { readonly ending: Ending }) => {
  const { agentName } = useAgents();
  const lasted = Date.parse(ending.endedAt) - Date.parse(ending.createdAt);
  return (
    <Card aria-label="Facts" className="max-lg:-order-1">
      <div className="border-b border-line p-4 sm:p-5">
        <p className="text-xs text-ink-faint">Why</p>
        <p className="mt-1 text-base font-medium wrap-anywhere">{whyEnded(ending)}</p>
        <p className="mt-1 text-ink-soft">Ended by {whoEnded(ending)}</p>
      </div>
      <Facts className="p-4 sm:p-5">
        <Fact name="Ended">
          <TimeOfDay at={ending.endedAt} seconds />
        </Fact>
        <Fact name="Created">
          <TimeOfDay at={ending.createdAt} seconds />
        </Fact>
        <Fact name="Lasted">{formatDuration(lasted)}</Fact>
        <Fact name="Messages">{ending.messageCount.toLocaleString()}</Fact>
        <Fact name="Listeners dropped">{ending.listenersDropped.toLocaleString()}</Fact>
        <Fact name="Operations cancelled">{ending.operationsAborted.toLocaleString()}</Fact>
        {ending.usage && <Fact name="Tokens">{tokenCounts(ending.usage)}</Fact>}
        <Fact name="Agent">{agentName(ending.agentId)}</Fact>
        <IdFact name="User">
          <Link
            href={`/endings?userId=${encodeURIComponent(ending.userId)}`}
            className="rounded underline decoration-line-strong underline-offset-3"
          >
            {ending.userId}
          </Link>
        </IdFact>
        <IdFact name="Channel">{ending.channelId}</IdFact>
      </Facts>
    </Card>
  );
};
