"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import type { Ending } from "../../lists/records";
import { isGoneError } from "../../live/call-error";
import { inBackground } from "../../live/in-background";
import { useKnownEnding, useLiveStore, useRefetchInterval } from "../../live/live-context";
import { observeServerTime } from "../../live/server-clock";
import { sessionKey } from "./keep-session";

/** A live session. Its last state is kept when it is gone, which is when to pass `enabled` as false. */
export const useSession = (sessionId: string, enabled: boolean) => {
  const api = useTRPCClient();
  const store = useLiveStore();
  return useQuery({
    queryKey: sessionKey(sessionId),
    queryFn: async ({ signal }) => {
      try {
        const session = await api.getSession.query({ sessionId }, { signal });
        observeServerTime(session);
        return session;
      } catch (error) {
        if (isGoneError(error)) store.markGone(sessionId);
        throw error;
      }
    },
    enabled,
    refetchInterval: useRefetchInterval(),
  });
};

const maxEndingAttempts = 15;
const endingRetryMs = 1_000;
/** Within this time after the end, every node has added its counts to the ending. */
const countsSettleMs = 6_000;

/**
 * How a session ended, from the live events or the stored ending. `isMissing`: there is no such ending. `atFirst`: the
 * ending, if it is known already.
 */
export const useEnding = (sessionId: string, enabled: boolean, atFirst: Ending | null) => {
  const api = useTRPCClient();
  const known = useKnownEnding(sessionId).ending;
  const query = useQuery({
    queryKey: ["ending", sessionId],
    queryFn: async ({ signal }) => {
      try {
        return await api.getEnding.query({ sessionId }, { signal });
      } catch (error) {
        if (isGoneError(error)) return null;
        throw error;
      }
    },
    enabled,
    // Not `initialData`: the cache would give it again after the user is erased.
    placeholderData: atFirst ?? undefined,
    // A session that has just expired is gone before its ending is written.
    refetchInterval: ({ state }) => {
      if (state.data)
        return Date.now() - Date.parse(state.data.endedAt) < countsSettleMs ? countsSettleMs : false;
      return state.dataUpdateCount < maxEndingAttempts ? endingRetryMs : false;
    },
  });
  const ending = query.data ?? known;
  return {
    ending,
    isMissing: !ending && query.data === null && query.dataUpdatedAt > 0,
    error: ending ? null : query.error,
  };
};

const messagesAPage = 100;
/** An ended session's history is loaded whole, up to this many pages; more on demand. */
const pagesOfEnded = 10;
/** Of a history that is loaded whole on demand, as for printing. */
const mostPages = 200;

/**
 * A channel's history, oldest first. Of a live session its newest page, and more on demand. `loadAll` resolves once all of
 * it is there, or the most that a page can hold.
 */
export const useHistory = (channelId: string | undefined, isGone: boolean) => {
  const api = useTRPCClient();
  const refetchInterval = useRefetchInterval();
  const query = useInfiniteQuery({
    queryKey: ["history", channelId],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam: before, signal }) =>
      api.getChannelMessages.query({ channelId: channelId ?? "", limit: messagesAPage, before }, { signal }),
    getNextPageParam: (page) => (page.hasMore ? page.cursors?.before : undefined),
    enabled: channelId !== undefined,
    refetchInterval,
  });
  const { data, fetchNextPage, hasNextPage, isFetching, isError } = query;
  const pageCount = data?.pages.length ?? 0;
  useEffect(() => {
    if (isGone && hasNextPage && !isFetching && !isError && pageCount < pagesOfEnded)
      inBackground(fetchNextPage());
  }, [isGone, hasNextPage, isFetching, isError, pageCount, fetchNextPage]);

  const loadAll = useCallback(async () => {
    let loaded = await fetchNextPage({ cancelRefetch: false });
    while (loaded.hasNextPage && !loaded.isError && (loaded.data?.pages.length ?? 0) < mostPages)
      loaded = await fetchNextPage();
  }, [fetchNextPage]);
  const messages = useMemo(() => (data?.pages ?? []).flatMap((page) => page.messages).reverse(), [data]);
  return { messages, query, loadAll };
};
