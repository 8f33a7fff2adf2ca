"use client";

import { useAgents } from "../lists/use-agents";
import { LoadFailed } from "../live/load-failed";
import { useStatisticsToday } from "../statistics/use-statistics";
import { Card } from "../ui/layout/card";
import { PageHeader } from "../ui/layout/page-header";
import { Skeleton } from "../ui/layout/skeleton";
import { loadLater } from "../ui/load-later";

const AgentTable = loadLater(() => import("./agent-table").then((file) => file.AgentTable));

export const AgentsView = () => {
  const { agents, query } = useAgents();
  const { data: today } = useStatisticsToday();
  return (
    <>
      <PageHeader title="Agents" description="Who answers, and in how many live sessions." />
      {query.data ? (
        <Card>
          <AgentTable agents={agents} figures={today?.agents} />
        </Card>
      ) : query.error ? (
        <Card>
          <LoadFailed title="The agents can't be shown" error={query.error} onRetry={query.refetch} />
        </Card>
      ) : (
        <Card aria-busy="true" className="grid gap-3 p-5">
          <Skeleton className="h-6 w-1/2" />
          <Skeleton className="w-3/4" />
        </Card>
      )}
    </>
  );
};
