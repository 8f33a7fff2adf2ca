import type { ComponentProps, ReactNode } from "react";
import { classNames } from "../classes/class-names";

export const Card = ({ className, ...rest }: ComponentProps<"section">) => (
  <section
    className={classNames("min-w-0 rounded-lg border border-line bg-surface shadow-card", className)}
    {...rest}
  />
);

interface CardHeaderProps {
  readonly id?: string;
  readonly title: string;
  readonly note?: ReactNode;
  readonly children?: ReactNode;
}

export const CardHeader = ({ id, title, note, children }: CardHeaderProps) => (
  <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 pt-3.5 sm:px-5">
    <div className="min-w-0">
      <h2 id={id} className="text-[0.9375rem] font-semibold">
        {title}
      </h2>
      {note !== undefined && <p className="mt-0.5 text-xs text-ink-faint">{note}</p>}
    </div>
    {children}
  </header>
);
