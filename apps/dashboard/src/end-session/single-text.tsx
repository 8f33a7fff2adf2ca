"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { AlertDialog } from "radix-ui";
import { shortId } from "../lists/records";
import { useAgents } from "../lists/use-agents";
import { Age } from "../ui/time/time";
import { CutList } from "./cut-list";
import type { SessionToEnd } from "./session-to-end";

interface SingleTextProps {
  readonly session: SessionToEnd;
  readonly isGone: boolean;
}

/** Names one session by what a person recognises: agent, user, age and the last words. */
export const SingleText = ({ session, isGone }: SingleTextProps) => {
  const { agentName } = useAgents();
  const { sessionId, agentId, userId, createdAt } = session;
  return (
    <>
      <AlertDialog.Title className="text-base font-semibold">
        End session <span className="font-mono text-[0.9375rem]">{shortId(sessionId)}</span>?
      </AlertDialog.Title>
      <AlertDialog.Description asChild>
        <div className="mt-2 text-ink-soft">
          {agentId && userId && createdAt && (
            <p className="wrap-anywhere">
              <span className="font-medium text-ink">{agentName(agentId)}</span> with user{" "}
              <span className="font-mono text-[0.8125rem] text-ink">{shortId(userId)}</span>, for{" "}
              <Age since={createdAt} />
            </p>
          )}
          <p className="mt-0.5 mb-3 font-mono text-xs wrap-anywhere text-ink-faint">{sessionId}</p>
          {isGone ? (
            <p role="alert" className="font-medium text-warning">
              This session has ended in the meantime.
            </p>
          ) : (
            <>
              <LastLines session={session} />
              <CutList listeners={session.listeners} operations={session.pendingOperations} />
            </>
          )}
          <p className="mt-3">The conversation stays readable{isGone ? "" : ". This can't be undone"}.</p>
        </div>
      </AlertDialog.Description>
    </>
  );
};

/** Room for two messages of two lines, so that one that comes moves nothing of the dialog. */
const lastLinesBox = "mb-3 grid h-[calc(4lh+1.25rem)] rounded-md bg-sunken px-3 py-2";

/** The two newest messages, read again with each that comes. */
const LastLines = ({ session: { sessionId, messageCount } }: { readonly session: SessionToEnd }) => {
  const api = useTRPCClient();
  const { data } = useQuery({
    queryKey: ["lastLines", sessionId, messageCount],
    queryFn: ({ signal }) => api.getSessionMessages.query({ sessionId, limit: 2 }, { signal }),
    placeholderData: keepPreviousData,
    enabled: messageCount !== 0,
  });
  if (messageCount === 0 || !data || data.messages.length === 0)
    return (
      <p className={`${lastLinesBox} place-items-center`}>
        {messageCount === 0 ? "Nothing has been said yet." : " "}
      </p>
    );
  return (
    <ul className={`${lastLinesBox} content-start gap-1`}>
      {[...data.messages].reverse().map(({ id, isAgent, content }) => (
        <li key={id} className="line-clamp-2 wrap-anywhere">
          <span>{isAgent ? "Agent: " : "User: "}</span>
          <span className="text-ink">{content}</span>
        </li>
      ))}
    </ul>
  );
};
