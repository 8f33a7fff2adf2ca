"use client";

import { Bot } from "lucide-react";
import Link from "next/link";
import { useAgents } from "../lists/use-agents";
import { useSessionList } from "../lists/use-session-list";
import { LoadFailed } from "../live/load-failed";
import { Badge } from "../ui/badge";
import { Card } from "../ui/card";
import { PageHeader } from "../ui/page-header";
import { Skeleton } from "../ui/skeleton";
import { kindOf } from "./agent-kind";

export const AgentsView = () => {
  const { agents, query } = useAgents();
  return (
    <>
      <PageHeader title="Agents" description="Who answers, and in how many live sessions." />
      {query.data ? (
        <ul className="grid grid-cols-[minmax(0,1fr)] gap-4 sm:grid-cols-2 xl:grid-cols-3">
          {agents.map((agent) => (
            <li key={agent.id}>
              <AgentCard agent={agent} />
            </li>
          ))}
        </ul>
      ) : query.error ? (
        <Card>
          <LoadFailed title="The agents can't be shown" error={query.error} onRetry={query.refetch} />
        </Card>
      ) : (
        <Card aria-busy="true" className="grid max-w-md gap-3 p-5">
          <Skeleton className="h-6 w-1/2" />
          <Skeleton className="w-3/4" />
        </Card>
      )}
    </>
  );
};

type Agent = ReturnType<typeof useAgents>["agents"][number];

const AgentCard = ({ agent }: { readonly agent: Agent }) => {
  const { total, query } = useSessionList({ agentId: agent.id }, 1);
  const { name, about } = kindOf(agent);
  return (
    <Card className="flex h-full flex-col p-5" aria-label={agent.name}>
      <div className="flex items-start gap-3">
        <span className="grid size-9 shrink-0 place-items-center rounded-lg bg-accent-wash text-accent">
          <Bot aria-hidden="true" className="size-5" />
        </span>
        <div className="min-w-0 flex-1">
          <h2 className="text-base font-semibold wrap-anywhere">{agent.name}</h2>
          <p className="font-mono text-xs break-all text-ink-faint">{agent.id}</p>
        </div>
        <Badge tone={agent.status === "active" ? "accent" : "neutral"}>{agent.status}</Badge>
      </div>
      <p className="mt-4 text-ink-soft">
        <span className="font-medium text-ink">{name}.</span> {about}
      </p>
      <p className="mt-auto pt-4">
        {query.data ? (
          <Link
            href={`/sessions?agentId=${encodeURIComponent(agent.id)}`}
            className="rounded font-medium underline decoration-line-strong underline-offset-3 hover:decoration-current"
          >
            {total.toLocaleString()} live session{total === 1 ? "" : "s"}
          </Link>
        ) : (
          <Skeleton className="w-24" />
        )}
      </p>
    </Card>
  );
};
