import { SearchX } from "lucide-react";
import type { ComponentProps } from "react";
import type { useSessionList } from "../../lists/use-session-list";
import { inBackground } from "../../live/in-background";
import { LoadFailed } from "../../live/load-failed";
import { Button } from "../../ui/button";
import { BlankState } from "../../ui/layout/blank-state";
import type { Paging } from "../../ui/use-virtual-rows";
import { DemoInvitation } from "../demo/demo-invitation";
import { SessionTable } from "./session-table";
import { SessionTableSkeleton } from "./session-table-skeleton";

type TableProps = Omit<ComponentProps<typeof SessionTable>, keyof Paging>;

interface SessionListProps extends TableProps {
  readonly query: ReturnType<typeof useSessionList>["query"];
  readonly isFiltered: boolean;
  readonly onClearFilters: () => void;
}

/** The table of sessions, or what stands in for it while there is nothing to list. */
export const SessionList = ({ query, isFiltered, onClearFilters, ...table }: SessionListProps) => {
  if (!query.data)
    return query.error ? (
      <LoadFailed title="The sessions can't be shown" error={query.error} onRetry={query.refetch} />
    ) : (
      <SessionTableSkeleton />
    );
  if (table.shown.length > 0)
    return (
      <SessionTable
        {...table}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onMore={() => inBackground(query.fetchNextPage())}
      />
    );
  if (!isFiltered) return <DemoInvitation title="No session is live" />;
  return (
    <BlankState
      icon={SearchX}
      title="No live session matches"
      action={<Button onClick={onClearFilters}>Clear filters</Button>}
    >
      Sessions that have ended are listed under Endings.
    </BlankState>
  );
};
