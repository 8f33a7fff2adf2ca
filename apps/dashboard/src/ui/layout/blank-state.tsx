import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

interface BlankStateProps {
  readonly icon: LucideIcon;
  readonly title: string;
  /** The page has no other title. */
  readonly isPage?: boolean;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

/** Shown in place of an empty list. */
export const BlankState = ({ icon: Icon, title, isPage = false, children, action }: BlankStateProps) => {
  const Title = isPage ? "h1" : "h2";
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <span className="mb-4 grid size-11 place-items-center rounded-full bg-sunken text-ink-soft ring-1 ring-line ring-inset">
        <Icon aria-hidden="true" className="size-5" />
      </span>
      <Title className="text-base font-semibold">{title}</Title>
      {children && <div className="mt-1.5 max-w-md text-ink-soft">{children}</div>}
      {action && <div className="mt-5">{action}</div>}
    </div>
  );
};
