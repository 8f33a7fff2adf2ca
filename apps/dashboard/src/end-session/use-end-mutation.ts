"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeLists } from "../lists/change-lists";
import { shortId } from "../lists/records";
import { describeError, isGoneError } from "../live/call-error";
import { useLiveStore } from "../live/live-context";
import { useAnnounce } from "../ui/announcer";
import { randomId } from "../ui/random-id";

/** As many ids as fit into the largest body that the API accepts. */
const idsACall = 2_000;

const alreadyEnded = "Already ended: someone else was faster";

interface Outcome {
  readonly title: string;
  readonly detail: string;
}

/** Ends sessions, announces the outcome and removes them from every list at once. */
export const useEndMutation = (sessions: readonly { readonly sessionId: string }[], onGone: () => void) => {
  const api = useTRPCClient();
  const store = useLiveStore();
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const [idempotencyKey] = useState(randomId);
  const ids = sessions.map(({ sessionId }) => sessionId);
  const [only] = ids;

  const endOne = async (sessionId: string, reason: string | undefined): Promise<Outcome> => {
    try {
      await api.endSession.mutate({ sessionId, reason, idempotencyKey });
      return { title: "Session ended", detail: shortId(sessionId) };
    } catch (error) {
      if (!isGoneError(error)) throw error;
      const ending = store.ending(sessionId);
      return {
        title: alreadyEnded,
        detail: ending?.reason ? `${shortId(sessionId)}, “${ending.reason}”` : shortId(sessionId),
      };
    }
  };

  const endAll = async (reason: string | undefined): Promise<Outcome> => {
    let ended = 0;
    for (let from = 0; from < ids.length; from += idsACall) {
      const answer = await api.endSessions.mutate({ sessionIds: ids.slice(from, from + idsACall), reason });
      ended += answer.ended;
    }
    const late = ids.length - ended;
    const counts = `${countOf(ended)} ended${late > 0 ? `, ${late.toLocaleString()} had ended already` : ""}`;
    return ended === 0
      ? { title: alreadyEnded, detail: countOf(late) }
      : { title: "Session ended", detail: counts };
  };

  const mutation = useMutation({
    mutationFn: (given: string): Promise<Outcome> => {
      const reason = given.trim() || undefined;
      return ids.length === 1 && only !== undefined ? endOne(only, reason) : endAll(reason);
    },
    onSuccess: (outcome) => {
      for (const id of ids) store.markGone(id);
      changeLists(queryClient, store, Date.now());
      announce(outcome);
      onGone();
    },
  });
  return {
    mutate: (reason: string) => mutation.mutate(reason),
    isPending: mutation.isPending,
    problem: mutation.error
      ? describeError(mutation.error).replace(" This page tries again by itself.", " Try again.")
      : null,
  };
};

const countOf = (sessions: number): string =>
  `${sessions.toLocaleString()} session${sessions === 1 ? "" : "s"}`;
