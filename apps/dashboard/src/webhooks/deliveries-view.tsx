"use client";

import { SearchX, Webhook } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useUrlChange } from "../filters/use-url-change";
import { NewRowsPill } from "../lists/held-rows/new-rows-pill";
import { useHeldRows } from "../lists/held-rows/use-held-rows";
import { useHold } from "../lists/held-rows/use-hold";
import type { Delivery } from "../lists/records";
import { inBackground } from "../live/in-background";
import { LoadFailed } from "../live/load-failed";
import { SessionTableSkeleton } from "../sessions/table/session-table-skeleton";
import { Button } from "../ui/button";
import { BlankState } from "../ui/layout/blank-state";
import { Card } from "../ui/layout/card";
import { PageHeader } from "../ui/layout/page-header";
import { loadLater } from "../ui/load-later";
import { DeliveryFilters } from "./delivery-filters";
import { deliveryStatuses } from "./delivery-words";
import { type DeliveryFilter, useDeliveryList } from "./use-delivery-list";

const DeliveryTable = loadLater(() => import("./delivery-table").then((file) => file.DeliveryTable), {
  placeholder: <SessionTableSkeleton />,
});

const keyOf = ({ id }: Delivery): string => id;

export const DeliveriesView = () => {
  const params = useSearchParams();
  const change = useUrlChange();
  const filter: DeliveryFilter = {
    endpoint: params.get("endpoint")?.slice(0, 128) || undefined,
    status: deliveryStatuses.find((status) => status === params.get("status")),
    sessionId: params.get("sessionId")?.slice(0, 128) || undefined,
  };
  const { deliveries, query } = useDeliveryList(filter);
  const { isHeld, frame } = useHold();
  const held = useHeldRows({ rows: deliveries, keyOf, isHeld, listName: JSON.stringify(filter) });
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  const clear = () => change({ endpoint: undefined, status: undefined, sessionId: undefined });
  return (
    <>
      <PageHeader
        title="Webhooks"
        description="What other systems were sent in the last 7 days, and how they answered."
      />
      <DeliveryFilters
        filter={filter}
        known={deliveries}
        onChange={change}
        onClear={isFiltered ? clear : null}
      />
      <NewRowsPill count={held.waiting} onShow={held.showWaiting} />
      <Card {...frame}>
        <DeliveryList deliveries={held.shown} query={query} onClear={isFiltered ? clear : null} />
      </Card>
    </>
  );
};

interface DeliveryListProps extends Pick<ReturnType<typeof useDeliveryList>, "query"> {
  readonly deliveries: readonly Delivery[];
  /** Null without a filter. */
  readonly onClear: (() => void) | null;
}

/** The table of deliveries, or the text shown in its place. */
const DeliveryList = ({ deliveries, query, onClear }: DeliveryListProps) => {
  if (!query.data)
    return query.error ? (
      <LoadFailed title="The deliveries can't be shown" error={query.error} onRetry={query.refetch} />
    ) : (
      <SessionTableSkeleton />
    );
  if (deliveries.length > 0)
    return (
      <DeliveryTable
        deliveries={deliveries}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onMore={() => inBackground(query.fetchNextPage())}
      />
    );
  if (onClear)
    return (
      <BlankState
        icon={SearchX}
        title="No delivery matches"
        action={<Button onClick={onClear}>Clear filters</Button>}
      >
        Deliveries are kept for 7 days.
      </BlankState>
    );
  return (
    <BlankState icon={Webhook} title="Nothing was sent in the last 7 days">
      Deliveries appear here once an event is sent to an endpoint. Endpoints are listed in the file that the
      server's <code className="font-mono text-[0.8125rem]">WEBHOOKS_FILE</code> names; without it, nothing is
      sent.
    </BlankState>
  );
};
