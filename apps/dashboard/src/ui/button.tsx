import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { classNames } from "./classes/class-names";

const variants = cva(
  "inline-flex items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors disabled:opacity-55 aria-disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      kind: {
        primary: "bg-accent text-accent-ink hover:bg-accent/88",
        outline: "border border-line-strong bg-surface text-ink hover:bg-sunken",
        quiet: "text-ink-soft hover:bg-sunken hover:text-ink",
        danger: "bg-danger-strong text-danger-ink hover:bg-danger-strong/88",
        dangerOutline:
          "border border-line bg-surface text-danger hover:border-danger/50 hover:bg-danger-wash",
      },
      size: {
        normal: "h-9 px-3.5",
        small: "h-8 px-2.5 text-[0.8125rem]",
        /** For rows that are 36 px high. */
        row: "h-8 px-2.5 text-[0.8125rem] md:h-7 md:px-2",
        icon: "size-9",
      },
    },
    defaultVariants: { kind: "outline", size: "normal" },
  },
);

type ButtonLook = VariantProps<typeof variants> & { readonly className?: string | undefined };

/** For a link that looks like a button. */
export const buttonClasses = ({ kind, size, className }: ButtonLook = {}): string =>
  classNames(variants({ kind, size }), className);

export const Button = ({
  kind,
  size,
  className,
  type = "button",
  ...rest
}: ComponentProps<"button"> & ButtonLook) => (
  <button type={type} className={buttonClasses({ kind, size, className })} {...rest} />
);
