import type { ReactNode } from "react";
import { Skeleton } from "../ui/layout/skeleton";

/** Shown in place of figures: that they are loading, or why they are missing. */
export const Unknown = ({ children }: { readonly children: ReactNode }) => (
  <div aria-busy={!children} className="grid min-h-44 place-items-center p-5 text-center text-ink-soft">
    {children ? <p>{children}</p> : <Skeleton className="h-28 w-full" />}
  </div>
);
