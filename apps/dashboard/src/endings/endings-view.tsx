"use client";

import { SearchX, SquareCheckBig } from "lucide-react";
import { useMemo } from "react";
import { FilterBarSpace } from "../filters/filter-bar-space";
import { noFilter, useUrlFilter } from "../filters/use-url-filter";
import { NewRowsPill } from "../lists/held-rows/new-rows-pill";
import { useHeldRows } from "../lists/held-rows/use-held-rows";
import { useHold } from "../lists/held-rows/use-hold";
import type { Ending } from "../lists/records";
import { useEndingList } from "../lists/use-ending-list";
import { inBackground } from "../live/in-background";
import { LoadFailed } from "../live/load-failed";
import { SessionTableSkeleton } from "../sessions/table/session-table-skeleton";
import { Button } from "../ui/button";
import { Select } from "../ui/field";
import { BlankState } from "../ui/layout/blank-state";
import { Card } from "../ui/layout/card";
import { PageHeader } from "../ui/layout/page-header";
import { loadLater } from "../ui/load-later";
import { causeNames } from "./ending-words";

const EndingTable = loadLater(() => import("./ending-table").then((file) => file.EndingTable), {
  placeholder: <SessionTableSkeleton />,
});
const FilterBar = loadLater(() => import("../filters/filter-bar").then((file) => file.FilterBar), {
  placeholder: <FilterBarSpace />,
});
const ExportEndings = loadLater(() => import("./export-endings").then((file) => file.ExportEndings), {
  placeholder: <div className="h-9" />,
});
const ActorFilter = loadLater(() => import("./actor-filter").then((file) => file.ActorFilter), {
  placeholder: <div className="h-9 sm:w-44" />,
});
const EndingTotals = loadLater(() => import("./ending-totals").then((file) => file.EndingTotals), {
  placeholder: <div className="mb-4 h-39 sm:h-25 md:h-12" />,
});

const keyOf = ({ sessionId }: Ending): string => sessionId;

export const EndingsView = () => {
  const { filter, setFilter, isFiltered } = useUrlFilter();
  const { endings, query } = useEndingList(filter);
  const { isHeld, frame } = useHold();
  const held = useHeldRows({ rows: endings, keyOf, isHeld, listName: JSON.stringify(filter) });
  const knownUsers = useMemo(
    () => [...new Set(endings.map((ending) => ending.userId))].slice(0, 50),
    [endings],
  );
  return (
    <>
      <PageHeader title="Endings" description="What ended, by whom and why. The conversations stay readable.">
        <ExportEndings filter={filter} isFiltered={isFiltered} />
      </PageHeader>
      <EndingTotals from={filter.from} to={filter.to} />
      <FilterBar
        filter={filter}
        setFilter={setFilter}
        isFiltered={isFiltered}
        knownUsers={knownUsers}
        rangeName="Ended"
      >
        <CauseSelect chosen={filter.cause} onChange={(cause) => setFilter({ cause })} />
        <ActorFilter endings={endings} actor={filter.actor} setFilter={setFilter} />
      </FilterBar>
      <NewRowsPill count={held.waiting} onShow={held.showWaiting} />
      <Card {...frame}>
        <EndingList
          endings={held.shown}
          query={query}
          isFiltered={isFiltered}
          onClearFilters={() => setFilter(noFilter)}
        />
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

type EndingListProps = Pick<ReturnType<typeof useEndingList>, "query"> & {
  readonly endings: readonly Ending[];
  readonly isFiltered: boolean;
  readonly onClearFilters: () => void;
};

/** The table of endings, or the text shown in its place. */
const EndingList = ({ endings, query, isFiltered, onClearFilters }: EndingListProps) => {
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
      action={isFiltered && <Button onClick={onClearFilters}>Clear filters</Button>}
    >
      {isFiltered
        ? "Try the start of a session, user, agent or channel id."
        : "When a session ends, by whatever cause, its record appears here."}
    </BlankState>
  );
};
