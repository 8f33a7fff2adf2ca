import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { LiveStore } from "../live/live-store";
import { type Changes, changeEndingPages, changeSessionPages } from "./changes";
import { endingsKey, filterOfKey, sessionsKey } from "./list-keys";
import type { EndingPage, ListFilter, SessionPage } from "./records";

type Change<Page> = (pages: readonly Page[], changes: Changes, filter: ListFilter) => readonly Page[];

/** Applies the changes since `since` (ms) to every loaded list. */
export const changeLists = (queryClient: QueryClient, store: LiveStore, since: number): void => {
  const changes = store.changesSince(since);
  const apply = <Page>(key: string, change: Change<Page>) => {
    for (const { queryKey } of queryClient.getQueryCache().findAll({ queryKey: [key] })) {
      const data = queryClient.getQueryData<InfiniteData<Page>>(queryKey);
      if (!data) continue;
      const pages = change(data.pages, changes, filterOfKey(queryKey));
      if (pages !== data.pages) queryClient.setQueryData(queryKey, { ...data, pages });
    }
  };
  apply<SessionPage>(sessionsKey, changeSessionPages);
  apply<EndingPage>(endingsKey, changeEndingPages);
};
