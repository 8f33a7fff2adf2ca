import { Skeleton } from "../../ui/layout/skeleton";

export const SessionTableSkeleton = () => (
  <div aria-busy="true" className="divide-y divide-line">
    <p className="sr-only">Loading…</p>
    {Array.from({ length: 7 }, (_, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the places are all alike
      <div key={index} className="flex h-13 items-center gap-5 px-5">
        <Skeleton className="w-4" />
        <Skeleton className="w-20" />
        <Skeleton className="w-24 max-sm:hidden" />
        <Skeleton className="w-20 max-md:hidden" />
        <Skeleton className="ml-auto w-16" />
        <Skeleton className="h-8 w-24" />
      </div>
    ))}
  </div>
);
