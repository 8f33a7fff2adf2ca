"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import type { SessionInfo } from "../live/records";
import { useAgents } from "../live/use-agents";
import { useSessionRow } from "../live/use-session-list";
import { TimeLeft } from "../sessions/time-left";
import { Card } from "../ui/card";
import { TimeOfDay } from "../ui/time";

interface SessionFactsProps {
  readonly facts: Pick<SessionInfo, "sessionId" | "channelId" | "agentId" | "userId" | "createdAt">;
  readonly session: SessionInfo | undefined;
  readonly isOver: boolean;
}

export const SessionFacts = ({ facts, session, isOver }: SessionFactsProps) => {
  const { agentName } = useAgents();
  const { row } = useSessionRow(facts.sessionId, !isOver);
  return (
    <Card aria-label="Facts" className="p-4 sm:p-5">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-6 gap-y-2 [&_dd]:text-right [&_dt]:text-ink-soft">
        {session && !isOver && (
          <Fact name="Time left">
            <span className="text-base font-semibold tabular-nums">
              <TimeLeft session={session} />
            </span>
          </Fact>
        )}
        {row && (
          <>
            <Fact name="Listeners">{row.listeners.toLocaleString()}</Fact>
            <Fact name="Pending operations">{row.pendingOperations.toLocaleString()}</Fact>
          </>
        )}
        <Fact name="Agent">{agentName(facts.agentId)}</Fact>
        <Fact name="User">
          <Link
            href={`/sessions?userId=${encodeURIComponent(facts.userId)}`}
            className="rounded font-mono text-xs wrap-anywhere underline decoration-line-strong underline-offset-3"
          >
            {facts.userId}
          </Link>
        </Fact>
        <Fact name="Channel">
          <span className="font-mono text-xs wrap-anywhere">{facts.channelId}</span>
        </Fact>
        <Fact name="Created">
          <TimeOfDay at={facts.createdAt} seconds />
        </Fact>
        {session && <Fact name="Renewed">{describeRenewals(session.renewalCount)}</Fact>}
      </dl>
    </Card>
  );
};

const describeRenewals = (count: number): string =>
  count === 0 ? "never" : count === 1 ? "once" : `${count.toLocaleString()} times`;

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd className="tabular-nums">{children}</dd>
  </>
);
