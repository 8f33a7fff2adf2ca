"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { Card } from "../ui/card";
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

export const Figure = ({ name, href, value, note, isAtLeast = false }: FigureProps) => (
  <Card className="relative p-3 has-[a:hover]:border-line-strong sm:p-5">
    <h2 className="text-xs text-ink-soft sm:text-sm">
      <Link href={href} className="rounded after:absolute after:inset-0 after:rounded-lg">
        {name}
      </Link>
    </h2>
    {value === undefined ? (
      <Skeleton className="mt-2 mb-1.5 h-7 w-16" />
    ) : (
      <p className="mt-1 text-2xl leading-tight font-semibold tracking-[-0.02em] tabular-nums sm:text-[1.75rem]">
        {value.toLocaleString()}
        {isAtLeast && "+"}
      </p>
    )}
    <p className="mt-0.5 text-xs text-ink-faint max-sm:hidden">{note}</p>
  </Card>
);
