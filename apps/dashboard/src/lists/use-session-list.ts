"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useLiveState, useLiveStore, useRefetchInterval } from "../live/live-context";
import { observeServerTime } from "../live/server-clock";
import { changeSessionPages } from "./changes";
import { listKey, sessionsKey } from "./list-keys";
import type { ListFilter, SessionPage, SessionRow } from "./records";

const defaultPageSize = 200;

/** Live sessions, newest first, kept up to date by events. Sessions known to be gone are left out. */
export const useSessionList = (filter: ListFilter, pageSize = defaultPageSize, enabled = true) => {
  const api = useTRPCClient();
  const store = useLiveStore();
  useLiveState();
  const query = useInfiniteQuery({
    queryKey: listKey(sessionsKey, filter, pageSize),
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam: cursor, signal }): Promise<SessionPage> => {
      const since = Date.now();
      const page = await api.listSessions.query({ ...filter, limit: pageSize, cursor }, { signal });
      observeServerTime(page.sessions[0]);
      const changes = store.changesSince(since);
      const relevant = cursor === undefined ? changes : { ...changes, created: new Map() };
      return changeSessionPages([page], relevant, filter)[0] ?? page;
    },
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: useRefetchInterval(),
    enabled,
  });
  const rows = useMemo(
    () => uniqueRows((query.data?.pages ?? []).flatMap((page) => page.sessions)),
    [query.data],
  );
  const first = query.data?.pages[0];
  return {
    rows: rows.filter(({ sessionId }) => !store.isGone(sessionId)),
    total: first?.total ?? 0,
    stats: first?.stats,
    query,
  };
};

/** Pages that were loaded at different times may overlap. */
const uniqueRows = (rows: readonly SessionRow[]): readonly SessionRow[] => [
  ...new Map(rows.map((row) => [row.sessionId, row])).values(),
];

/** The row of one session, with its counts. `isMissing`: the API has just said that there is none. */
export const useSessionRow = (
  sessionId: string,
  enabled = true,
): { readonly row: SessionRow | undefined; readonly isMissing: boolean } => {
  const { rows, query } = useSessionList({ search: sessionId }, 1, enabled && sessionId !== "");
  const row = rows.find((one) => one.sessionId === sessionId);
  return { row, isMissing: !row && query.isSuccess && !query.isFetching };
};
