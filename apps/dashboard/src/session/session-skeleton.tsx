import { Card } from "../ui/layout/card";
import { Skeleton } from "../ui/layout/skeleton";

export const SessionSkeleton = () => (
  <div aria-busy="true">
    <p className="sr-only">Loading…</p>
    <Skeleton className="mb-6 h-8 w-56" />
    <div className="grid gap-5 lg:h-[calc(100dvh-9rem)] lg:min-h-128 lg:grid-cols-[minmax(0,1fr)_20rem] xl:grid-cols-[minmax(0,1fr)_22rem]">
      <Card className="grid content-start gap-4 p-5">
        <Skeleton className="h-14 w-2/3" />
        <Skeleton className="ml-auto h-14 w-1/2" />
        <Skeleton className="h-24 w-3/4" />
      </Card>
      <Card className="grid content-start gap-3 p-5">
        <Skeleton className="w-3/4" />
        <Skeleton className="w-2/3" />
        <Skeleton className="w-1/2" />
      </Card>
    </div>
  </div>
);
