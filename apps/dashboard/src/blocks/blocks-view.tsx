"use client";

import { UserCheck } from "lucide-react";
import { useState } from "react";
import { NewRowsPill } from "../lists/held-rows/new-rows-pill";
import { useHeldRows } from "../lists/held-rows/use-held-rows";
import { useHold } from "../lists/held-rows/use-hold";
import type { Block } from "../lists/records";
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

const keyOf = ({ userId }: Block): string => userId;

export const BlocksView = () => {
  const { blocks, query } = useBlockList();
  const [unblocked, setUnblocked] = useState<ReadonlySet<string>>(new Set());
  const { isHeld, frame } = useHold();
  const held = useHeldRows({
    rows: blocks,
    keyOf,
    isHeld,
    isRemoved: ({ userId }) => unblocked.has(userId),
    listName: "blocks",
  });
  return (
    <>
      <PageHeader
        title="Blocks"
        description="Users who can't begin a session, until when and why. A block is set where a session is ended."
      />
      <NewRowsPill count={held.waiting} onShow={held.showWaiting} />
      <Card {...frame}>
        <BlockList
          blocks={held.shown}
          query={query}
          onUnblocked={(userId) => setUnblocked((before) => new Set(before).add(userId))}
        />
      </Card>
    </>
  );
};

interface BlockListProps extends Pick<ReturnType<typeof useBlockList>, "query"> {
  readonly blocks: readonly Block[];
  readonly onUnblocked: (userId: string) => void;
}

/** The table of blocks, or the text shown in its place. */
const BlockList = ({ blocks, query, onUnblocked }: BlockListProps) => {
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
        onUnblocked={onUnblocked}
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
