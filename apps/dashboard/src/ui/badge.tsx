import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { classNames } from "./classes/class-names";

const variants = cva(
  "inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap [&_svg]:size-3",
  {
    variants: {
      tone: {
        neutral: "bg-sunken text-ink-soft ring-1 ring-line ring-inset",
        accent: "bg-accent-wash text-accent",
        warning: "bg-warning-wash text-warning",
        danger: "bg-danger-wash text-danger",
      },
    },
    defaultVariants: { tone: "neutral" },
  },
);

export type BadgeTone = NonNullable<VariantProps<typeof variants>["tone"]>;

export const Badge = ({
  className,
  tone,
  ...rest
}: ComponentProps<"span"> & { readonly tone?: BadgeTone }) => (
  <span className={classNames(variants({ tone }), className)} {...rest} />
);
