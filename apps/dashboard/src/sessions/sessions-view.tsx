"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useMutation } from "@tanstack/react-query";
import { useMemo } from "react";
import { useEndSession, useIsEnding } from "../end-session/end-session-context";
import { FilterBar } from "../filters/filter-bar";
import { noFilter, useUrlFilter } from "../filters/use-url-filter";
import { NewRowsPill } from "../lists/held-rows/new-rows-pill";
import { useHold } from "../lists/held-rows/use-hold";
import { type ListFilter, matchesActivity, type SessionRow } from "../lists/records";
import { useAgents } from "../lists/use-agents";
import { listAllSessions, useSessionList } from "../lists/use-session-list";
import { describeError } from "../live/call-error";
import { useLiveState, useLiveStore } from "../live/live-context";
import { useAnnounce } from "../ui/announcer";
import { classNames } from "../ui/classes/class-names";
import { Card } from "../ui/layout/card";
import { PageHeader } from "../ui/layout/page-header";
import { ActivitySelect, activityPhrase } from "./activity-select";
import { DemoButton } from "./demo/demo-button";
import { MetadataMenu } from "./metadata/metadata-menu";
import { useMetadataFields } from "./metadata/use-metadata-fields";
import { SelectionBar } from "./selection/selection-bar";
import { useSelection } from "./selection/use-selection";
import { SessionCount } from "./session-count";
import { SortSelect } from "./sort-select";
import { useStableRows } from "./stable-rows/use-stable-rows";
import { SessionList } from "./table/session-list";
import { useActiveRow } from "./table/use-active-row";

export const SessionsView = () => {
  const { filter, setFilter, isFiltered } = useUrlFilter();
  const { rows, total, query } = useSessionList(filter);
  const desk = useDesk({ filter, rows, hasMore: query.hasNextPage, isLoaded: query.data !== undefined });
  const openEnd = useEndSession();
  const chooseAll = useChooseAll(filter, desk.choose);
  const fields = useMetadataFields(rows);
  const from = useScope(filter, total, isFiltered);
  const isStale = useLiveState().connection === "lost" && query.error !== null;
  const knownUsers = useMemo(() => [...new Set(rows.map((row) => row.userId))].slice(0, 50), [rows]);
  const endSelected = () =>
    openEnd(desk.selected, {
      // More are selected than match once some of them are no longer active.
      ...(desk.selected.length <= total && { from }),
      done: () => desk.choose([]),
    });
  const clearFilters = () => setFilter(noFilter);
  const { active, activate } = useActiveRow({
    shown: desk.shown,
    onToggle: desk.toggle,
    onEnd: (row) => (desk.selected.length > 0 ? endSelected() : row && openEnd([row])),
    onClear: () => desk.choose([]),
  });

  return (
    <div className="pb-16">
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
            // As short as the count that follows: the button beside it stays in its line.
            "Live now"
          )
        }
      >
        <MetadataMenu {...fields} />
        <DemoButton kind="outline" />
      </PageHeader>
      <FilterBar
        filter={filter}
        setFilter={setFilter}
        isFiltered={isFiltered}
        knownUsers={knownUsers}
        rangeName="Created"
      >
        <ActivitySelect activity={filter.activity} onChange={(activity) => setFilter({ activity })} />
        <SortSelect sort={filter.sort} onChange={(sort) => setFilter({ sort })} />
      </FilterBar>
      <NewRowsPill count={desk.waiting} onShow={desk.showWaiting} />
      <Card className={classNames("transition-opacity", isStale && "opacity-75")} {...desk.frame}>
        <SessionList
          shown={desk.shown}
          query={query}
          isChosen={desk.isChosen}
          onToggle={desk.toggle}
          onChoose={desk.chooseShown}
          onEnd={(row) => openEnd([row])}
          active={active}
          onActivate={activate}
          fields={fields.chosen}
          isFiltered={isFiltered}
          onClearFilters={clearFilters}
        />
      </Card>
      <SelectionBar
        selected={desk.selected}
        total={total}
        isChoosingAll={chooseAll.isPending}
        onChooseAll={() => chooseAll.mutate()}
        onClear={() => desk.choose([])}
        onEnd={endSelected}
      />
    </div>
  );
};

interface DeskInput {
  readonly filter: ListFilter;
  readonly rows: readonly SessionRow[];
  readonly hasMore: boolean;
  readonly isLoaded: boolean;
}

/** The rows as they are shown, and which of them are selected. */
const useDesk = ({ filter, rows, hasMore, isLoaded }: DeskInput) => {
  const store = useLiveStore();
  const { isHeld, frame } = useHold();
  const isEnding = useIsEnding();
  const listName = JSON.stringify(filter);
  const selection = useSelection({ rows, listName, isLoaded, isGone: store.isGone });
  const isSelecting = selection.selected.length > 0;
  const stable = useStableRows({
    live: rows,
    isHeld: isHeld || isEnding || isSelecting,
    hasMore,
    activity: filter.activity,
    listName,
  });
  return {
    ...stable,
    ...selection,
    frame,
    toggle: selection.toggleIn(stable.shown),
    /** Without those that only keep their places. */
    chooseShown: (shown: readonly SessionRow[]) =>
      selection.choose(shown.filter((row) => matchesActivity(filter, row))),
  };
};

/** Selects every session that matches, beyond those that are loaded. */
const useChooseAll = (filter: ListFilter, choose: (rows: readonly SessionRow[]) => void) => {
  const api = useTRPCClient();
  const announce = useAnnounce();
  return useMutation({
    mutationFn: () => listAllSessions(api, filter),
    onSuccess: choose,
    onError: (error) => announce({ title: "Not all could be selected", detail: describeError(error) }),
  });
};

/** What the list shows, as the end of "Ends 600 of …". */
const useScope = (filter: ListFilter, total: number, isFiltered: boolean): string => {
  const { agentName } = useAgents();
  const { agentId, activity } = filter;
  const matching = isFiltered && !agentId && !activity ? "matching " : "";
  const ofAgent = agentId ? ` of agent ${agentName(agentId)}` : "";
  return `${total.toLocaleString()} ${matching}sessions${ofAgent}${activity ? ` ${activityPhrase[activity]}` : ""}`;
};
