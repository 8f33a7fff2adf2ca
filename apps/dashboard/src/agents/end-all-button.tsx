"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useMutation } from "@tanstack/react-query";
import { useEndSession } from "../end-session/end-session-context";
import { listAllSessions } from "../lists/use-session-list";
import { describeError } from "../live/call-error";
import { useAnnounce } from "../ui/announcer";
import { Button } from "../ui/button";

interface EndAllButtonProps {
  readonly agentId: string;
  readonly agentName: string;
  /** The agent has no live session. */
  readonly isIdle: boolean;
}

/** Opens the dialog that ends every live session of an agent. */
export const EndAllButton = ({ agentId, agentName, isIdle }: EndAllButtonProps) => {
  const api = useTRPCClient();
  const announce = useAnnounce();
  const openEnd = useEndSession();
  const { mutate, isPending } = useMutation({
    mutationFn: () => listAllSessions(api, { agentId }),
    onSuccess: (sessions) => {
      if (sessions.length === 0) announce({ title: `${agentName} has no live session` });
      else openEnd(sessions, { from: `${sessions.length.toLocaleString()} sessions of agent ${agentName}` });
    },
    onError: (error) => announce({ title: "The sessions can't be listed", detail: describeError(error) }),
  });
  return (
    <Button
      kind="dangerOutline"
      size="small"
      aria-label={`End all sessions of ${agentName}`}
      disabled={isIdle || isPending}
      onClick={() => mutate()}
    >
      End all
    </Button>
  );
};
