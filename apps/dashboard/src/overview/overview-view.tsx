"use client";

import { useLifetimes } from "../lifetimes/use-lifetimes";
import { describeError } from "../live/call-error";
import { useServerNow } from "../live/server-clock";
import { DemoInvitation } from "../sessions/demo-invitation";
import { Card } from "../ui/card";
import { loadLater } from "../ui/load-later";
import { PageHeader } from "../ui/page-header";
import { endingsToday } from "./endings-today";
import { Figure } from "./figures";
import { Unknown } from "./unknown";
import { useFigures } from "./use-figures";

const ActiveCard = loadLater(() => import("./active-card").then((file) => file.ActiveCard));
const LiveFeed = loadLater(() => import("./live-feed").then((file) => file.LiveFeed));
const CauseCard = loadLater(() => import("./cause-card").then((file) => file.CauseCard));

export const OverviewView = () => {
  const figures = useFigures();
  const { data: lifetimes, error } = useLifetimes();
  const now = useServerNow();
  const { endings, isPart } = endingsToday(lifetimes, now);
  const isEmpty =
    figures?.activeSessions === 0 &&
    lifetimes !== undefined &&
    lifetimes.begun.size + lifetimes.gone.size === 0;
  const unknown = <Unknown>{error && describeError(error)}</Unknown>;

  return (
    <>
      <PageHeader title="Overview" description="What is live now, and what has ended." />
      <Figures figures={figures} endedToday={endings?.length} isAtLeast={isPart} />
      {isEmpty ? (
        <Card>
          <DemoInvitation title="No session in the last day" />
        </Card>
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] items-stretch gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
          <ActiveCard lifetimes={lifetimes} now={now}>
            {unknown}
          </ActiveCard>
          <CauseCard endings={endings} since={isPart ? lifetimes?.knownFrom : undefined}>
            {unknown}
          </CauseCard>
          <div className="lg:col-span-2">
            <LiveFeed />
          </div>
        </div>
      )}
    </>
  );
};

interface FiguresProps {
  readonly figures: ReturnType<typeof useFigures>;
  readonly endedToday: number | undefined;
  /** More sessions ended today than could be counted. */
  readonly isAtLeast: boolean;
}

const Figures = ({ figures, endedToday, isAtLeast }: FiguresProps) => (
  <div className="mb-5 grid grid-cols-3 gap-2 sm:gap-5">
    <Figure name="Active" href="/sessions" value={figures?.activeSessions} note="live sessions now" />
    <Figure name="Expiring" href="/sessions" value={figures?.expiringSoon} note="within their warning time" />
    <Figure
      name="Ended today"
      href="/endings"
      value={endedToday}
      isAtLeast={isAtLeast}
      note="since midnight, by whatever cause"
    />
  </div>
);
