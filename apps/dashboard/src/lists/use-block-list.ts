"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useRefetchInterval } from "../live/live-context";
import { blocksKey } from "./list-keys";

const pageSize = 200;

/** Blocks, newest first. No event tells of them, so the list is read again at intervals. */
export const useBlockList = () => {
  const api = useTRPCClient();
  const query = useInfiniteQuery({
    queryKey: [blocksKey],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) => api.listBlocks.query({ limit: pageSize, cursor }, { signal }),
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: useRefetchInterval(),
    refetchOnMount: "always",
  });
  const blocks = useMemo(
    () => [
      ...new Map(
        (query.data?.pages ?? []).flatMap((page) => page.blocks).map((block) => [block.userId, block]),
      ).values(),
    ],
    [query.data],
  );
  return { blocks, query };
};
