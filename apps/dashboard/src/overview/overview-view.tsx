"use client";

import { midnight, useLifetimes } from "../lifetimes/use-lifetimes";
import { describeError } from "../live/call-error";
import { useServerNow } from "../live/server-clock";
import { DemoInvitation } from "../sessions/demo-invitation";
import { Card, CardHeader } from "../ui/card";
import { PageHeader } from "../ui/page-header";
import { TimeOfDay } from "../ui/time";
import { ActiveCard } from "./active-card";
import { CauseChart } from "./cause-chart";
import { Figure } from "./figures";
import { LiveFeed } from "./live-feed";
import { Unknown } from "./unknown";
import { useFigures } from "./use-figures";

export const OverviewView = () => {
  const figures = useFigures();
  const { data: lifetimes, error } = useLifetimes();
  const now = useServerNow();
  const dayBegan = now === null ? null : midnight(now);
  const today =
    lifetimes && dayBegan !== null
      ? [...lifetimes.gone.values()].filter(({ endedAt }) => Date.parse(endedAt) >= dayBegan)
      : undefined;
  const isPart = lifetimes !== undefined && dayBegan !== null && lifetimes.knownFrom > dayBegan;
  const isEmpty =
    figures?.activeSessions === 0 &&
    lifetimes !== undefined &&
    lifetimes.begun.size + lifetimes.gone.size === 0;
  const unknown = <Unknown>{error && describeError(error)}</Unknown>;

  return (
    <>
      <PageHeader title="Overview" description="What is live now, and what has ended." />
      <div className="mb-5 grid grid-cols-3 gap-2 sm:gap-5">
        <Figure name="Active" href="/sessions" value={figures?.activeSessions} note="live sessions now" />
        <Figure
          name="Expiring"
          href="/sessions"
          value={figures?.expiringSoon}
          note="within their warning time"
        />
        <Figure
          name="Ended today"
          href="/endings"
          value={today?.length}
          isAtLeast={isPart}
          note="since midnight, by whatever cause"
        />
      </div>
      {isEmpty ? (
        <Card>
          <DemoInvitation title="No session in the last day" />
        </Card>
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] items-stretch gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
          <ActiveCard lifetimes={lifetimes} now={now}>
            {unknown}
          </ActiveCard>
          <Card aria-labelledby="cause-chart">
            <CardHeader
              id="cause-chart"
              title="Endings by cause"
              note={
                isPart ? (
                  <>
                    Since <TimeOfDay at={new Date(lifetimes.knownFrom).toISOString()} seconds />: there are
                    too many to load
                  </>
                ) : (
                  "Today"
                )
              }
            />
            {today ? <CauseChart endings={today} /> : unknown}
          </Card>
          <div className="lg:col-span-2">
            <LiveFeed />
          </div>
        </div>
      )}
    </>
  );
};
