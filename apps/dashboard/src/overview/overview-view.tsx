"use client";

import { MessagesSquare } from "lucide-react";
import { useMemo, useState } from "react";
import { useLiveState } from "../live/live-context";
import { describeError } from "../live/over-error";
import { useServerNow } from "../live/server-clock";
import { useEndingList } from "../live/use-ending-list";
import { useSessionList } from "../live/use-session-list";
import { DemoButton } from "../sessions/demo-button";
import { BlankState } from "../ui/blank-state";
import { Card, CardHeader } from "../ui/card";
import { Notice } from "../ui/notice";
import { PageHeader } from "../ui/page-header";
import { ActiveChart } from "./active-chart";
import { activeOverTime } from "./active-over-time";
import { CauseChart } from "./cause-chart";
import { Figure } from "./figures";
import { LiveFeed } from "./live-feed";
import { type Range, RangeChoice, rangeMs } from "./range-choice";

/** The most that one call gives. */
const mostRecords = 1_000;
const chartPoints = 97;
const redrawMs = 10_000;

const midnight = (now: number): string => new Date(new Date(now).setHours(0, 0, 0, 0)).toISOString();

export const OverviewView = () => {
  const { totals, connection } = useLiveState();
  const { rows, stats, query } = useSessionList({}, mostRecords);
  const { endings, query: endingQuery } = useEndingList({}, mostRecords);
  const [range, setRange] = useState<Range>("1 hour");
  const second = useServerNow();
  const now = second === null ? null : Math.ceil(second / redrawMs) * redrawMs;

  const chart = useMemo(() => {
    if (now === null || !stats) return [];
    const oldest = endings.at(-1);
    // Further back than the oldest ending that was loaded nothing is known.
    const known = endingQuery.hasNextPage && oldest ? Date.parse(oldest.endedAt) : 0;
    const span = { from: Math.max(now - rangeMs[range], known), to: now, points: chartPoints };
    return activeOverTime([...rows, ...endings], span, Math.max(0, stats.activeSessions - rows.length));
  }, [now, stats, rows, endings, endingQuery.hasNextPage, range]);

  const today = now === null ? [] : endings.filter((ending) => ending.endedAt >= midnight(now));
  const isLoaded = query.data !== undefined;
  const isEmpty = isLoaded && endingQuery.data !== undefined && rows.length + endings.length === 0;
  // A lost connection has its own word on every page.
  const problem = isLoaded || connection === "lost" ? null : query.error;

  return (
    <>
      <PageHeader title="Overview" description="What is live now, and what has ended." />
      {problem && (
        <Notice icon={MessagesSquare} tone="warning" title="The overview can't be shown" className="mb-5">
          {describeError(problem)}
        </Notice>
      )}
      <div className="mb-5 grid grid-cols-3 gap-2 sm:gap-5">
        <Figure
          name="Active"
          href="/sessions"
          value={totals?.activeSessions ?? stats?.activeSessions}
          note="live sessions now"
        />
        <Figure
          name="Expiring"
          href="/sessions"
          value={
            totals?.expiringSoon ?? (isLoaded ? rows.filter((row) => row.isNearExpiration).length : undefined)
          }
          note="within their warning time"
        />
        <Figure
          name="Ended today"
          href="/endings"
          value={endingQuery.data && now !== null ? today.length : undefined}
          isAtLeast={today.length >= mostRecords && endingQuery.hasNextPage}
          note="by whatever cause"
        />
      </div>
      {isEmpty ? (
        <Card>
          <BlankState icon={MessagesSquare} title="No session yet" action={<DemoButton kind="primary" />}>
            Start a demo session with the Typewriter agent: it answers word by word, so you can end it in
            mid-reply.
          </BlankState>
        </Card>
      ) : (
        <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
          <Card aria-labelledby="active-chart">
            <CardHeader id="active-chart" title="Sessions over time" note="Live at each moment">
              <RangeChoice range={range} onChange={setRange} />
            </CardHeader>
            <ActiveChart points={chart} />
          </Card>
          <Card aria-labelledby="cause-chart">
            <CardHeader id="cause-chart" title="Endings by cause" note="Today" />
            <CauseChart endings={today} />
          </Card>
          <div className="lg:col-span-2">
            <LiveFeed sessions={rows} endings={endings} />
          </div>
        </div>
      )}
    </>
  );
};
