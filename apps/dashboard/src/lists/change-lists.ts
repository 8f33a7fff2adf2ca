import type { InfiniteData, Query, QueryClient } from "@tanstack/react-query";
import type { LiveStore } from "../live/live-store";
import { type Changes, changeEndingPages, changeSessionPages } from "./changes";
import { endingsKey, filterOfKey, sessionsKey } from "./list-keys";
import type { EndingPage, ListFilter, SessionPage } from "./records";

type Change<Page> = (pages: readonly Page[], changes: Changes, filter: ListFilter) => readonly Page[];

/** Applies the changes that have arrived to every loaded list. */
export const changeLists = (queryClient: QueryClient, store: LiveStore): void => {
  const changes = store.takeChanges();
  for (const { queryKey } of queryClient.getQueryCache().getAll()) changeList(queryClient, queryKey, changes);
};

/**
 * Applies to each fetched list the changes since the start of its fetch: what a fetch answers replaces the list, with
 * its other pages as they were before the fetch. Returns the stop function.
 */
export const changeFetchedLists = (queryClient: QueryClient, store: LiveStore): (() => void) => {
  const marks = new WeakMap<Query, number>();
  return queryClient.getQueryCache().subscribe((event) => {
    if (event.type !== "updated") return;
    const { query, action } = event;
    if (action.type === "fetch") marks.set(query, store.mark());
    if (action.type === "success" && !action.manual)
      changeList(queryClient, query.queryKey, store.changesSince(marks.get(query) ?? 0));
  });
};

const changeList = (queryClient: QueryClient, queryKey: Query["queryKey"], changes: Changes): void => {
  const change = <Page>(changePages: Change<Page>) => {
    const data = queryClient.getQueryData<InfiniteData<Page>>(queryKey);
    if (!data) return;
    const pages = changePages(data.pages, changes, filterOfKey(queryKey));
    if (pages !== data.pages) queryClient.setQueryData(queryKey, { ...data, pages });
  };
  if (queryKey[0] === sessionsKey) change<SessionPage>(changeSessionPages);
  if (queryKey[0] === endingsKey) change<EndingPage>(changeEndingPages);
};
