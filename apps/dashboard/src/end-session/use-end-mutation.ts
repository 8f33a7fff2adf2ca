"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { changeLists } from "../lists/change-lists";
import { blocksKey, sessionsKey } from "../lists/list-keys";
import { describeFailure } from "../live/call-error";
import { inBackground } from "../live/in-background";
import { useLiveState, useLiveStore } from "../live/live-context";
import { serverNow } from "../live/server-clock";
import { useAnnounce } from "../ui/announcer";
import { randomId } from "../ui/random-id";
import { type BlockChoice, untilOf } from "./block-choice";
import { type BulkProgress, endAndBlock, endMany, endOne } from "./end-calls";
import { rememberReason } from "./recent-reasons";

interface EndMutationInput {
  readonly sessions: readonly { readonly sessionId: string }[];
  /** When (ms) the API last answered a question of the dialog. A failure before it is no longer news. */
  readonly answeredAt: number;
  readonly onGone: () => void;
}

interface EndRequest {
  readonly reason: string;
  /** The sessions' user, if they are to be blocked too. */
  readonly block: (BlockChoice & { readonly userId: string }) | undefined;
}

/** Ends sessions, announces the outcome and removes them from every list at once. */
export const useEndMutation = ({ sessions, answeredAt, onGone }: EndMutationInput) => {
  const api = useTRPCClient();
  const store = useLiveStore();
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const [idempotencyKey] = useState(randomId);
  const [progress, setProgress] = useState<BulkProgress>({ done: 0, ended: 0 });
  const [hasTried, setHasTried] = useState(false);
  const failedAt = useRef(0);
  const ids = sessions.map(({ sessionId }) => sessionId);
  const [only] = ids;

  const mutation = useMutation({
    mutationFn: ({ reason: given, block }: EndRequest) => {
      const reason = given.trim() || undefined;
      if (reason) rememberReason(reason);
      if (block)
        return endAndBlock(api, { userId: block.userId, until: untilOf(block, serverNow()), reason });
      return ids.length === 1 && only !== undefined
        ? endOne(api, store, { sessionId: only, reason, idempotencyKey })
        : endMany(api, { ids, reason, from: progress, onProgress: setProgress });
    },
    onError: () => {
      failedAt.current = Date.now();
    },
    onSuccess: (outcome, { block }) => {
      store.markGone(...ids);
      changeLists(queryClient, store);
      // How many of them a list had counted beyond its loaded rows is, for a search of words, known to the API alone.
      if (ids.length > 1) inBackground(queryClient.invalidateQueries({ queryKey: [sessionsKey] }));
      if (block) inBackground(queryClient.invalidateQueries({ queryKey: [blocksKey] }));
      announce(outcome);
      onGone();
    },
  });
  const { reset, isError } = mutation;
  const { connection } = useLiveState();
  const before = useRef(connection);
  useEffect(() => {
    const hasHealed = connection === "live" && before.current === "lost";
    before.current = connection;
    if (isError && (hasHealed || answeredAt > failedAt.current)) reset();
  }, [connection, answeredAt, isError, reset]);
  return {
    mutate: (request: EndRequest) => {
      setHasTried(true);
      mutation.mutate(request);
    },
    /** Whether a call was made: an ending that is received may be its own, though its answer was lost. */
    hasTried,
    isPending: mutation.isPending,
    progress,
    problem: mutation.error ? describeFailure(mutation.error) : null,
  };
};
