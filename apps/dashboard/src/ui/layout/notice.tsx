import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "../classes/class-names";

const tones = {
  neutral: "border-line bg-sunken text-ink",
  warning: "border-warning/25 bg-warning-wash text-ink",
  danger: "border-danger/25 bg-danger-wash text-ink",
} as const;

interface NoticeProps {
  readonly icon: LucideIcon;
  readonly tone?: keyof typeof tones;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly className?: string;
  readonly role?: "alert";
}

/** A message about the whole page. */
export const Notice = ({ icon: Icon, tone = "neutral", title, children, className, role }: NoticeProps) => (
  <div
    role={role}
    className={classNames("flex gap-3 rounded-lg border px-4 py-3 text-sm", tones[tone], className)}
  >
    <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-ink-soft" />
    <div className="min-w-0 flex-1">
      <p className="font-medium">{title}</p>
      {children && <div className="mt-0.5 break-words text-ink-soft">{children}</div>}
    </div>
  </div>
);
