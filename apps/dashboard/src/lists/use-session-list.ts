"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useLiveState, useLiveStore, useRefetchInterval } from "../live/live-context";
import { answeredAt, observeServerTime } from "../live/server-clock";
import { newestFirst } from "./changes";
import { listKey, sessionsKey } from "./list-keys";
import { type ListFilter, matchesUserStart, type SessionPage, type SessionRow, toListInput } from "./records";

const defaultPageSize = 200;
/** The API lists no more in one answer. */
const largestPage = 1_000;

/** Live sessions, newest first, kept up to date by events. Sessions known to be gone are left out. */
export const useSessionList = (filter: ListFilter, pageSize = defaultPageSize, enabled = true) => {
  const api = useTRPCClient();
  const store = useLiveStore();
  useLiveState();
  const query = useInfiniteQuery({
    queryKey: listKey(sessionsKey, filter, pageSize),
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam: cursor, signal }): Promise<SessionPage> => {
      const input = { ...toListInput(filter), sort: filter.sort, limit: pageSize, cursor };
      const answer = await api.listSessions.query(input, { signal });
      observeServerTime(answer.sessions[0]);
      return withoutOthers(filter, { ...answer, countedAt: answeredAt(answer.sessions[0]) });
    },
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: refetchInterval(filter, useRefetchInterval()),
    enabled,
  });
  const rows = useMemo(
    () => inOrder(filter, uniqueRows((query.data?.pages ?? []).flatMap((page) => page.sessions))),
    [query.data, filter],
  );
  const first = query.data?.pages[0];
  return {
    rows: rows.filter(({ sessionId }) => !store.isGone(sessionId)),
    total: first?.total ?? 0,
    stats: first?.stats,
    query,
  };
};

/** Events do not say what a text search finds, nor how many are active beyond the loaded rows: read more often. */
const partlyLiveRefetchMs = 5_000;
const refetchInterval = ({ q, activity }: ListFilter, usual: number): number =>
  q || activity ? Math.min(usual, partlyLiveRefetchMs) : usual;

const withoutOthers = (filter: ListFilter, page: SessionPage): SessionPage => {
  const sessions = page.sessions.filter((row) => matchesUserStart(filter, row));
  const others = page.sessions.length - sessions.length;
  return others === 0 ? page : { ...page, sessions, total: page.total - others };
};

/** A new session is on top already; one that becomes active may be older than others. */
const inOrder = ({ sort, activity }: ListFilter, rows: readonly SessionRow[]): readonly SessionRow[] => {
  if (sort === "expiresAt") return [...rows].sort((a, b) => a.expiresAt.localeCompare(b.expiresAt));
  return activity ? [...rows].sort(newestFirst) : rows;
};

/** Every session that matches, page by page, newest first. */
export const listAllSessions = async (
  api: ReturnType<typeof useTRPCClient>,
  filter: ListFilter,
): Promise<readonly SessionRow[]> => {
  const rows: SessionRow[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await api.listSessions.query({ ...toListInput(filter), limit: largestPage, cursor });
    rows.push(...page.sessions.filter((row) => matchesUserStart(filter, row)));
    cursor = page.nextCursor;
    if (cursor === undefined) return uniqueRows(rows);
  }
};

/** Pages that were loaded at different times may overlap. */
const uniqueRows = (rows: readonly SessionRow[]): readonly SessionRow[] => [
  ...new Map(rows.map((row) => [row.sessionId, row])).values(),
];

/** The row of one session, with its counts. `isMissing`: the API has just said that there is none. */
export const useSessionRow = (
  sessionId: string,
  enabled = true,
): {
  readonly row: SessionRow | undefined;
  readonly isMissing: boolean;
  /** When (ms) the API last answered. */
  readonly answeredAt: number;
} => {
  const { rows, query } = useSessionList({ search: sessionId }, 1, enabled && sessionId !== "");
  const row = rows.find((one) => one.sessionId === sessionId);
  return { row, isMissing: !row && query.isSuccess && !query.isFetching, answeredAt: query.dataUpdatedAt };
};
