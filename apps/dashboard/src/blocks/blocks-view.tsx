"use client";

import { UserCheck } from "lucide-react";
import { useBlockList } from "../lists/use-block-list";
import { inBackground } from "../live/in-background";
import { LoadFailed } from "../live/load-failed";
import { SessionTableSkeleton } from "../sessions/table/session-table-skeleton";
import { BlankState } from "../ui/layout/blank-state";
import { Card } from "../ui/layout/card";
import { PageHeader } from "../ui/layout/page-header";
import { loadLater } from "../ui/load-later";

const BlockTable = loadLater(() => import("./block-table").then((file) => file.BlockTable), {
  placeholder: <SessionTableSkeleton />,
});

export const BlocksView = () => (
  <>
    <PageHeader
      title="Blocks"
      description="Users who can't begin a session, until when and why. A block is set where a session is ended."
    />
    <Card>
      <BlockList />
    </Card>
  </>
);

/** The table of blocks, or the text shown in its place. */
const BlockList = () => {
  const { blocks, query } = useBlockList();
  if (!query.data)
    return query.error ? (
      <LoadFailed title="The blocks can't be shown" error={query.error} onRetry={query.refetch} />
    ) : (
      <SessionTableSkeleton />
    );
  if (blocks.length > 0)
    return (
      <BlockTable
        blocks={blocks}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onMore={() => inBackground(query.fetchNextPage())}
      />
    );
  return (
    <BlankState icon={UserCheck} title="Nobody is blocked">
      To block a user, end one of their sessions and choose for how long.
    </BlankState>
  );
};
