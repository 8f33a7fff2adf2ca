import type { ReactNode } from "react";

interface PageHeaderProps {
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
}

/** A page's title and the actions that apply to the whole page. */
export const PageHeader = ({ title, description, children }: PageHeaderProps) => (
  <div className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
    <div className="min-w-0">
      <h1 className="text-xl font-semibold tracking-[-0.01em] sm:text-2xl">{title}</h1>
      {description && <div className="mt-1 text-ink-soft">{description}</div>}
    </div>
    {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
  </div>
);
