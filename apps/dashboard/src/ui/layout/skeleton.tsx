import { classNames } from "../classes/class-names";

/** A placeholder for content that is loading. */
export const Skeleton = ({ className }: { readonly className?: string }) => (
  <span
    aria-hidden="true"
    className={classNames("block h-4 animate-pulse rounded bg-line/70 motion-reduce:animate-none", className)}
  />
);
