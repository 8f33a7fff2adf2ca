import type { ComponentProps, ReactNode } from "react";
import { classNames } from "./classes/class-names";

const control =
  "h-9 w-full min-w-0 rounded-md border border-line-strong bg-surface px-3 text-ink placeholder:text-ink-faint disabled:opacity-55 aria-invalid:border-danger";

export const Input = ({ className, ...rest }: ComponentProps<"input">) => (
  <input className={classNames(control, className)} {...rest} />
);

export const Select = ({ className, ...rest }: ComponentProps<"select">) => (
  <select className={classNames(control, "pr-8", className)} {...rest} />
);

export const TextArea = ({ className, ...rest }: ComponentProps<"textarea">) => (
  <textarea className={classNames(control, "h-auto min-h-18 resize-y py-2", className)} {...rest} />
);

interface FieldProps {
  readonly id: string;
  readonly label: string;
  /** Said below the control, whose `aria-describedby` should be `<id>-hint`. */
  readonly hint?: ReactNode;
  readonly children: ReactNode;
}

export const Field = ({ id, label, hint, children }: FieldProps) => (
  <div className="grid gap-1.5">
    <label htmlFor={id} className="text-[0.8125rem] font-medium text-ink">
      {label}
    </label>
    {children}
    {hint !== undefined && (
      <p id={`${id}-hint`} className="text-xs text-ink-faint">
        {hint}
      </p>
    )}
  </div>
);
