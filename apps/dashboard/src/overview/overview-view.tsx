"use client";

import { describeError } from "../live/call-error";
import { useLiveState } from "../live/live-context";
import { useStatisticsToday } from "../statistics/use-statistics";
import { Card } from "../ui/layout/card";
import { PageHeader } from "../ui/layout/page-header";
import { loadLater } from "../ui/load-later";
import { chartHeight } from "./chart-height";
import { Figures } from "./figures";
import { Unknown } from "./unknown";

const ActiveCard = loadLater(() => import("./active-card").then((file) => file.ActiveCard), {
  placeholder: <Card className={chartHeight} />,
});
const LiveFeed = loadLater(() => import("./live-feed").then((file) => file.LiveFeed));
const DemoInvitation = loadLater(
  () => import("../sessions/demo/demo-invitation").then((file) => file.DemoInvitation),
  { onDemand: true },
);
const CauseCard = loadLater(() => import("./cause-card").then((file) => file.CauseCard), {
  placeholder: <Card className={chartHeight} />,
});

export const OverviewView = () => {
  const query = useStatisticsToday();
  const { data: today, error } = query;
  const { totals, lostSince } = useLiveState();
  // While the connection is live its totals are the newest; while it is lost, the polled answer is.
  const isAskedSince = lostSince !== null && query.dataUpdatedAt > lostSince;
  const counts = totals && !isAskedSince ? totals : today;
  const isEmpty = counts?.activeSessions === 0 && today?.activeSessions === 0 && today.ended.total === 0;

  return (
    <>
      <PageHeader title="Overview" description="What is live now, and what has ended." />
      <Figures counts={counts} today={today} />
      {isEmpty ? (
        <Card>
          <DemoInvitation title="No session today" />
        </Card>
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] items-stretch gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
          <ActiveCard />
          <CauseCard counts={today?.ended.byCause}>
            <Unknown>{error && describeError(error)}</Unknown>
          </CauseCard>
          <div className="lg:col-span-2">
            <LiveFeed />
          </div>
        </div>
      )}
    </>
  );
};
