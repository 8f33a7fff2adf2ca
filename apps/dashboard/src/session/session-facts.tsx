"use client";

import Link from "next/link";
import type { SessionInfo } from "../lists/records";
import { useAgents } from "../lists/use-agents";
import { useSessionRow } from "../lists/use-session-list";
import { TimeLeft } from "../sessions/time-left";
import { Card } from "../ui/card";
import { Fact, Facts, IdFact } from "../ui/facts";
import { TimeOfDay } from "../ui/time";

interface SessionFactsProps {
  readonly facts: Pick<SessionInfo, "sessionId" | "channelId" | "agentId" | "userId" | "createdAt">;
  readonly session: SessionInfo | undefined;
  readonly isGone: boolean;
}

export const SessionFacts = ({ facts, session, isGone }: SessionFactsProps) => {
  const { agentName } = useAgents();
  const { row } = useSessionRow(facts.sessionId, !isGone);
  return (
    <Card aria-label="Facts" className="p-4 sm:p-5">
      <Facts>
        {session && !isGone && (
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
        <Fact name="Created">
          <TimeOfDay at={facts.createdAt} seconds />
        </Fact>
        {session && <Fact name="Renewed">{describeRenewals(session.renewalCount)}</Fact>}
        <IdFact name="User">
          <Link
            href={`/sessions?userId=${encodeURIComponent(facts.userId)}`}
            className="rounded underline decoration-line-strong underline-offset-3"
          >
            {facts.userId}
          </Link>
        </IdFact>
        <IdFact name="Channel">{facts.channelId}</IdFact>
      </Facts>
    </Card>
  );
};

const describeRenewals = (count: number): string =>
  count === 0 ? "never" : count === 1 ? "once" : `${count.toLocaleString()} times`;
