"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { Card } from "../ui/card";
import { classNames } from "../ui/class-names";
import { Skeleton } from "../ui/skeleton";

interface FigureProps {
  readonly name: string;
  readonly href: string;
  /** Undefined while it is loading. */
  readonly value: number | undefined;
  readonly note: ReactNode;
  /** There are more than could be counted. */
  readonly isAtLeast?: boolean;
}

/** Three of them stand beside each other on the narrowest screen: what is long is set smaller there. */
const narrowSize = (text: string): string =>
  text.length <= 5 ? "text-2xl" : text.length <= 7 ? "text-lg" : "text-sm";

export const Figure = ({ name, href, value, note, isAtLeast = false }: FigureProps) => {
  const text = value === undefined ? undefined : `${value.toLocaleString()}${isAtLeast ? "+" : ""}`;
  return (
    <Card className="relative p-3 has-[a:hover]:border-line-strong sm:p-5">
      <h2 className="text-xs text-ink-soft sm:text-sm">
        <Link href={href} className="rounded after:absolute after:inset-0 after:rounded-lg">
          {name}
        </Link>
      </h2>
      {text === undefined ? (
        <Skeleton className="mt-2 mb-1.5 h-7 w-16" />
      ) : (
        <p
          className={classNames(
            "mt-1 flex h-8 items-center font-semibold tracking-[-0.02em] tabular-nums sm:h-9 sm:text-[1.75rem]",
            narrowSize(text),
          )}
        >
          {text}
        </p>
      )}
      <p className="mt-0.5 text-xs text-ink-faint max-sm:hidden">{note}</p>
    </Card>
  );
};
