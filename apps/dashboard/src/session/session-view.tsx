"use client";

import { ServerOff } from "lucide-react";
import Link from "next/link";
import { type Ending, shortId } from "../lists/records";
import { describeError } from "../live/call-error";
import { useKnownEnding } from "../live/live-context";
import { usePageTitle } from "../shell/use-page-title";
import { buttonClasses } from "../ui/button";
import { BlankState } from "../ui/layout/blank-state";
import { loadLater } from "../ui/load-later";
import { SessionSkeleton } from "./session-skeleton";
import { sessionTitle } from "./session-title";
import { useEnding, useSession } from "./stream/use-session";
import { useSessionStream } from "./stream/use-session-stream";
import { useFocusKept } from "./use-focus-kept";

const SessionContent = loadLater(() => import("./session-content").then((file) => file.SessionContent), {
  placeholder: <SessionSkeleton />,
});

interface SessionViewProps {
  readonly sessionId: string;
  /** The ending of a session that was over when the page was asked for. */
  readonly knownEnding: Ending | null;
}

/** One session while it lives, and its ending in the same place from then on. */
export const SessionView = ({ sessionId, knownEnding }: SessionViewProps) => {
  const isGone = useKnownEnding(sessionId).isGone || knownEnding !== null;
  const { data: session, error } = useSession(sessionId, !isGone);
  const { ending, isMissing, error: endingError } = useEnding(sessionId, isGone, knownEnding);
  const live = useSessionStream(sessionId, knownEnding === null);
  const facts = session ?? ending;
  usePageTitle(isGone && !isMissing ? sessionTitle(sessionId, true) : null);
  useFocusKept(isGone);

  if (facts)
    return (
      <SessionContent
        facts={facts}
        session={session}
        ending={ending}
        isGone={isGone}
        isStale={error !== null}
        live={live}
      />
    );
  if (isMissing) return <NoSuchSession sessionId={sessionId} />;
  const problem = isGone ? endingError : error;
  if (!problem) return <SessionSkeleton />;
  return (
    <BlankState isPage icon={ServerOff} title="The session can't be shown">
      {describeError(problem)}
    </BlankState>
  );
};

const NoSuchSession = ({ sessionId }: { readonly sessionId: string }) => (
  <BlankState
    isPage
    icon={ServerOff}
    title="There is no such session"
    action={
      <Link href="/sessions" className={buttonClasses()}>
        All sessions
      </Link>
    }
  >
    Nothing is known of <span className="font-mono break-all">{shortId(sessionId)}</span>: it never was, or
    its ending was kept only for a while.
  </BlankState>
);
