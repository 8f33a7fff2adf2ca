"use client";

import { SearchX, SquareCheckBig } from "lucide-react";
import { useMemo } from "react";
import { FilterBar } from "../filters/filter-bar";
import { useUrlFilter } from "../filters/use-url-filter";
import { useEndingList } from "../lists/use-ending-list";
import { inBackground } from "../live/in-background";
import { LoadFailed } from "../live/load-failed";
import { SessionTableSkeleton } from "../sessions/session-table-skeleton";
import { BlankState } from "../ui/blank-state";
import { Card } from "../ui/card";
import { Select } from "../ui/field";
import { loadLater } from "../ui/load-later";
import { PageHeader } from "../ui/page-header";
import { causeNames } from "./ending-words";

const EndingTable = loadLater(() => import("./ending-table").then((file) => file.EndingTable), {
  placeholder: <SessionTableSkeleton />,
});

export const EndingsView = () => {
  const { filter, setFilter, isFiltered } = useUrlFilter();
  const { endings, query } = useEndingList(filter);
  const knownUsers = useMemo(
    () => [...new Set(endings.map((ending) => ending.userId))].slice(0, 50),
    [endings],
  );
  return (
    <>
      <PageHeader
        title="Endings"
        description="What ended, by whom and why. The conversations stay readable."
      />
      <FilterBar filter={filter} setFilter={setFilter} isFiltered={isFiltered} knownUsers={knownUsers}>
        <CauseSelect chosen={filter.cause} onChange={(cause) => setFilter({ cause })} />
      </FilterBar>
      <Card>
        <EndingList endings={endings} query={query} isFiltered={isFiltered} />
      </Card>
    </>
  );
};

interface CauseSelectProps {
  readonly chosen: string | undefined;
  readonly onChange: (cause: string) => void;
}

const CauseSelect = ({ chosen, onChange }: CauseSelectProps) => (
  <Select
    aria-label="Cause"
    value={chosen ?? ""}
    onChange={(event) => onChange(event.target.value)}
    className="sm:w-44"
  >
    <option value="">All causes</option>
    {Object.entries(causeNames).map(([cause, name]) => (
      <option key={cause} value={cause}>
        {name}
      </option>
    ))}
  </Select>
);

type EndingListProps = ReturnType<typeof useEndingList> & { readonly isFiltered: boolean };

/** The table of endings, or the text shown in its place. */
const EndingList = ({ endings, query, isFiltered }: EndingListProps) => {
  if (!query.data)
    return query.error ? (
      <LoadFailed title="The endings can't be shown" error={query.error} onRetry={query.refetch} />
    ) : (
      <SessionTableSkeleton />
    );
  if (endings.length > 0)
    return (
      <EndingTable
        endings={endings}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onMore={() => inBackground(query.fetchNextPage())}
      />
    );
  return (
    <BlankState
      icon={isFiltered ? SearchX : SquareCheckBig}
      title={isFiltered ? "No ending matches" : "Nothing has ended yet"}
    >
      {isFiltered
        ? "Try the start of a session, user, agent or channel id."
        : "When a session ends, by whatever cause, its record appears here."}
    </BlankState>
  );
};
