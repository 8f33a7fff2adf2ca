"use client";

import { EraseUserButton } from "../../erase-user/erase-user-button";
import type { SessionInfo } from "../../lists/records";
import { useAgents } from "../../lists/use-agents";
import { useSessionRow } from "../../lists/use-session-list";
import { TimeLeft } from "../../sessions/table/time-left";
import { Card } from "../../ui/layout/card";
import { Fact, Facts } from "../../ui/layout/facts";
import { FullTime } from "../transcript/full-time";
import { CopyableId } from "./copyable-id";

interface SessionFactsProps {
  readonly facts: Pick<SessionInfo, "sessionId" | "channelId" | "agentId" | "userId" | "createdAt">;
  readonly session: SessionInfo | undefined;
  readonly isGone: boolean;
}

export const SessionFacts = ({ facts, session, isGone }: SessionFactsProps) => {
  const { agentName } = useAgents();
  const list = isGone ? "/endings" : "/sessions";
  return (
    <Card aria-label="Facts" className="p-4 sm:p-5 print:border-0 print:p-0 print:shadow-none">
      <Facts>
        {!isGone && <LiveFacts sessionId={facts.sessionId} session={session} />}
        <Fact name="Agent">{agentName(facts.agentId)}</Fact>
        <Fact name="Created">
          <FullTime at={facts.createdAt} />
        </Fact>
        {session && <Fact name="Renewed">{describeRenewals(session.renewalCount)}</Fact>}
        <CopyableId name="Session" id={facts.sessionId} />
        <CopyableId
          name="User"
          id={facts.userId}
          href={`${list}?userId=${encodeURIComponent(facts.userId)}`}
        />
        <CopyableId name="Channel" id={facts.channelId} />
      </Facts>
      {isGone && (
        <div className="mt-4 border-t border-line pt-3 print:hidden">
          <EraseUserButton userId={facts.userId} />
        </div>
      )}
    </Card>
  );
};

const LiveFacts = ({
  sessionId,
  session,
}: Pick<SessionFactsProps, "session"> & { readonly sessionId: string }) => {
  const { row } = useSessionRow(sessionId);
  return (
    <>
      {session && (
        <Fact name="Time left">
          <span className="text-base font-semibold tabular-nums">
            <TimeLeft session={session} />
          </span>
        </Fact>
      )}
      <Fact name="Listeners">{row?.listeners.toLocaleString() ?? "–"}</Fact>
      <Fact name="Pending operations">{row?.pendingOperations.toLocaleString() ?? "–"}</Fact>
    </>
  );
};

const describeRenewals = (count: number): string =>
  count === 0 ? "never" : count === 1 ? "once" : `${count.toLocaleString()} times`;
