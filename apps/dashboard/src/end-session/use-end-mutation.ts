"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeLists } from "../lists/change-lists";
import { describeError } from "../live/call-error";
import { useLiveStore } from "../live/live-context";
import { useAnnounce } from "../ui/announcer";
import { randomId } from "../ui/random-id";
import { endMany, endOne } from "./end-calls";

/** Ends sessions, announces the outcome and removes them from every list at once. */
export const useEndMutation = (sessions: readonly { readonly sessionId: string }[], onGone: () => void) => {
  const api = useTRPCClient();
  const store = useLiveStore();
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const [idempotencyKey] = useState(randomId);
  const ids = sessions.map(({ sessionId }) => sessionId);
  const [only] = ids;

  const mutation = useMutation({
    mutationFn: (given: string) => {
      const reason = given.trim() || undefined;
      return ids.length === 1 && only !== undefined
        ? endOne(api, store, { sessionId: only, reason, idempotencyKey })
        : endMany(api, ids, reason);
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
