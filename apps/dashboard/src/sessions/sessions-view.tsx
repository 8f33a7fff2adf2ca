"use client";

import { useMemo, useState } from "react";
import { useEndSession } from "../end-session/end-session-context";
import { FilterBar } from "../filters/filter-bar";
import { useUrlFilter } from "../filters/use-url-filter";
import { useSessionList } from "../lists/use-session-list";
import { useLiveState } from "../live/live-context";
import { Card } from "../ui/card";
import { classNames } from "../ui/class-names";
import { loadLater } from "../ui/load-later";
import { PageHeader } from "../ui/page-header";
import { TimeOfDay } from "../ui/time";
import { DemoButton } from "./demo-button";
import { SelectionBar } from "./selection-bar";
import { SessionTableSkeleton } from "./session-table-skeleton";

const SessionList = loadLater(() => import("./session-list").then((file) => file.SessionList), {
  placeholder: <SessionTableSkeleton />,
});

export const SessionsView = () => {
  const { filter, setFilter, isFiltered } = useUrlFilter();
  const { rows, total, query } = useSessionList(filter);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const openEnd = useEndSession();
  const isStale = useLiveState().connection === "lost" && query.error !== null;
  // Sessions that have ended since are no longer selected.
  const selected = useMemo(() => rows.filter((row) => chosen.has(row.sessionId)), [rows, chosen]);
  const knownUsers = useMemo(() => [...new Set(rows.map((row) => row.userId))].slice(0, 50), [rows]);

  return (
    <>
      <PageHeader
        title="Sessions"
        description={
          query.data ? (
            <SessionCount
              total={total}
              isFiltered={isFiltered}
              staleSince={isStale ? query.dataUpdatedAt : undefined}
            />
          ) : (
            "Live conversations"
          )
        }
      >
        <DemoButton kind="outline" />
      </PageHeader>
      <FilterBar filter={filter} setFilter={setFilter} isFiltered={isFiltered} knownUsers={knownUsers} />
      <SelectionBar
        count={selected.length}
        total={total}
        onClear={() => setChosen(new Set())}
        onEnd={() => openEnd(selected, () => setChosen(new Set()))}
      />
      <Card className={classNames("transition-opacity", isStale && "opacity-75")}>
        <SessionList
          rows={rows}
          query={query}
          chosen={chosen}
          onChoose={setChosen}
          isFiltered={isFiltered}
          onClearFilters={() => setFilter({ agentId: undefined, userId: undefined, search: undefined })}
        />
      </Card>
    </>
  );
};

interface SessionCountProps {
  readonly total: number;
  readonly isFiltered: boolean;
  /** Milliseconds since the epoch. */
  readonly staleSince: number | undefined;
}

const SessionCount = ({ total, isFiltered, staleSince }: SessionCountProps) => (
  <span className="tabular-nums">
    {total.toLocaleString()} {isFiltered ? "matching" : "live"}
    {staleSince !== undefined && (
      <>
        , as of <TimeOfDay at={new Date(staleSince).toISOString()} seconds />
      </>
    )}
  </span>
);
