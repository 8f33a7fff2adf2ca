import type { ReactNode } from "react";
import { classNames } from "../classes/class-names";

interface FactsProps {
  readonly className?: string;
  readonly children: ReactNode;
}

/** A description list: names on the left, values on the right. */
export const Facts = ({ className, children }: FactsProps) => (
  <dl
    className={classNames(
      "grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-6 gap-y-2 wrap-anywhere tabular-nums [&_dt]:text-ink-soft",
      className,
    )}
  >
    {children}
  </dl>
);

interface FactProps {
  readonly name: string;
  readonly children: ReactNode;
}

export const Fact = ({ name, children }: FactProps) => (
  <>
    <dt>{name}</dt>
    <dd className="text-right">{children}</dd>
  </>
);
