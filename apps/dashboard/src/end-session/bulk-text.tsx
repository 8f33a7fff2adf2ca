"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useQuery } from "@tanstack/react-query";
import { AlertDialog } from "radix-ui";
import { shortId } from "../lists/records";
import { useAgents } from "../lists/use-agents";
import { CutList } from "./cut-list";
import { countCut } from "./end-calls";
import type { SessionToEnd } from "./session-to-end";

const mostNamed = 8;

interface BulkTextProps {
  readonly sessions: readonly SessionToEnd[];
  readonly from: string | undefined;
  readonly isOpen: boolean;
}

/** What an end of many sessions would do, as the API counts it. */
export const BulkText = ({ sessions, from, isOpen }: BulkTextProps) => {
  const api = useTRPCClient();
  const { agentName } = useAgents();
  const ids = sessions.map(({ sessionId }) => sessionId);
  const { data: { matched, listeners, replies } = {} } = useQuery({
    queryKey: ["dryRun", ids],
    queryFn: () => countCut(api, ids),
    enabled: isOpen,
  });
  const late = matched === undefined ? 0 : ids.length - matched;
  const named = sessions.slice(0, mostNamed);
  return (
    <>
      <AlertDialog.Title className="text-base font-semibold">
        End {ids.length.toLocaleString()} sessions?
      </AlertDialog.Title>
      <AlertDialog.Description asChild>
        <div className="mt-2 text-ink-soft">
          <p className="mb-3">
            Ends {(matched ?? ids.length).toLocaleString()}
            {from === undefined ? " sessions" : ` of ${from}`}
            {late > 0 && `; ${late.toLocaleString()} of those selected ended in the meantime`}.
          </p>
          <CutList listeners={listeners} operations={replies} />
          <ul className="mt-3 grid gap-x-4 gap-y-1 rounded-md bg-sunken px-3 py-2 text-xs sm:grid-cols-2">
            {named.map(({ sessionId, agentId }) => (
              <li key={sessionId} className="truncate">
                <span className="font-mono text-ink">{shortId(sessionId)}</span>
                {agentId && ` ${agentName(agentId)}`}
              </li>
            ))}
            {ids.length > named.length && <li>and {(ids.length - named.length).toLocaleString()} more</li>}
          </ul>
          <p className="mt-3">The conversations stay readable. This can't be undone.</p>
        </div>
      </AlertDialog.Description>
    </>
  );
};
