"use client";

import { sessionErrorOf } from "@adjourn/client";
import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { useEndSession } from "../end-session/end-session-context";
import { type SessionInfo, shortId } from "../lists/records";
import { describeError, isGoneError } from "../live/call-error";
import { useLiveStore } from "../live/live-context";
import { useServerNow } from "../live/server-clock";
import { useShortcuts } from "../shortcuts/use-shortcuts";
import { useAnnounce } from "../ui/announcer";
import { Badge } from "../ui/badge";
import { Button } from "../ui/button";
import { PageHeader } from "../ui/layout/page-header";
import { keepSession } from "./stream/keep-session";

interface SessionHeaderProps {
  readonly sessionId: string;
  readonly isGone: boolean;
  readonly session: SessionInfo | undefined;
  /** The last request failed, so the data may be out of date. */
  readonly isStale: boolean;
}

export const SessionHeader = ({ sessionId, isGone, session, isStale }: SessionHeaderProps) => {
  const openEnd = useEndSession();
  const renew = useRenew(sessionId);
  useShortcuts(isGone ? {} : { e: () => openEnd([{ sessionId }]) });
  return (
    <PageHeader
      title={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span>
            Session <span className="font-mono text-[0.92em]">{shortId(sessionId)}</span>
          </span>
          <StateBadge isGone={isGone} session={session} isStale={isStale} />
        </span>
      }
    >
      {!isGone && (
        <>
          <Button aria-disabled={renew.isPending} onClick={() => renew.isPending || renew.mutate()}>
            <RotateCw aria-hidden="true" />
            Renew
          </Button>
          <Button kind="danger" onClick={() => openEnd([{ sessionId }])}>
            End session
          </Button>
        </>
      )}
    </PageHeader>
  );
};

const StateBadge = ({ isGone, session, isStale }: Omit<SessionHeaderProps, "sessionId">) => {
  const now = useServerNow();
  if (isGone) return <Badge>Ended</Badge>;
  if (!session || now === null) return null;
  const left = Date.parse(session.expiresAt) - now;
  if (left <= 0) return <Badge>Expired</Badge>;
  if (isStale) return <Badge>State unknown</Badge>;
  const isNear = left <= session.timeoutConfig.warningThresholdMinutes * 60_000;
  return isNear ? <Badge tone="warning">Expiring soon</Badge> : <Badge tone="accent">Active</Badge>;
};

const useRenew = (sessionId: string) => {
  const api = useTRPCClient();
  const store = useLiveStore();
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  return useMutation({
    mutationFn: () => api.renewSession.mutate({ sessionId }),
    onSuccess: (session) => {
      keepSession(queryClient, session);
      announce({ title: "Session renewed" });
    },
    onError: (error) => {
      if (isGoneError(error)) return store.markGone(sessionId);
      const isAtCap = sessionErrorOf(error)?.code === "SESSION_RENEWAL_FAILED";
      announce({
        title: "Not renewed",
        detail: isAtCap ? "It is at its maximum duration already." : describeError(error),
      });
    },
  });
};
