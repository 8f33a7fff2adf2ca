"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useRefetchInterval } from "../live/live-context";
import { endingsKey, listKey } from "./list-keys";
import { type EndingPage, type ListFilter, matchesUserStart, toListInput } from "./records";

const defaultPageSize = 200;

/** Endings, newest first, kept up to date by events. */
export const useEndingList = (filter: ListFilter, pageSize = defaultPageSize, enabled = true) => {
  const api = useTRPCClient();
  const query = useInfiniteQuery({
    queryKey: listKey(endingsKey, filter, pageSize),
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam: cursor, signal }): Promise<EndingPage> => {
      const input = { ...toListInput(filter), limit: pageSize, cursor };
      const answer = await api.listEndings.query(input, { signal });
      return { ...answer, endings: answer.endings.filter((ending) => matchesUserStart(filter, ending)) };
    },
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: useRefetchInterval(),
    enabled,
  });
  const endings = useMemo(
    () => [
      ...new Map(
        (query.data?.pages ?? []).flatMap((page) => page.endings).map((ending) => [ending.sessionId, ending]),
      ).values(),
    ],
    [query.data],
  );
  return { endings, query };
};
