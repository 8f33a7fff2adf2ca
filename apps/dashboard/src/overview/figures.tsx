"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import type { Totals } from "../live/live-store";
import type { Statistics } from "../statistics/use-statistics";
import { classNames } from "../ui/classes/class-names";
import { Card } from "../ui/layout/card";
import { Skeleton } from "../ui/layout/skeleton";

interface FiguresProps {
  /** The current totals; undefined while they are loading. */
  readonly counts: Pick<Totals, "activeSessions" | "expiringSoon"> | undefined;
  /** The figures since midnight; undefined while they are loading. */
  readonly today: Statistics | undefined;
}

/** The figures at the top of the overview. */
export const Figures = ({ counts, today }: FiguresProps) => (
  <div className="mb-5 grid grid-cols-6 gap-2 sm:gap-5 lg:grid-cols-5">
    <Figure name="Active" href="/sessions" value={count(counts?.activeSessions)} note="live sessions now" />
    <Figure
      name="Expiring"
      href="/sessions?sort=expiresAt"
      value={count(counts?.expiringSoon)}
      note="within their warning time"
    />
    <Figure
      name="Ended today"
      href="/endings"
      value={count(today?.ended.total)}
      note="since midnight, by whatever cause"
    />
    <Figure
      name="Tokens"
      href="/agents"
      value={today && compact(today.usage.inputTokens + today.usage.outputTokens)}
      note={
        today
          ? `${compact(today.usage.inputTokens)} in, ${compact(today.usage.outputTokens)} out, of today's sessions`
          : "of today's sessions"
      }
    />
    <Figure
      name="Drop p50/p99"
      href="/endings"
      value={today && dropTimes(today.dropLatency)}
      note={
        today?.dropLatency
          ? `from an end to the last event, ${today.dropLatency.listeners.toLocaleString()} listeners`
          : "from an end to the last event of its listeners"
      }
    />
  </div>
);

const count = (value: number | undefined): string | undefined => value?.toLocaleString();

/** 950, 12.3K, 4.5M: fits the narrowest card. */
const compact = (value: number): string =>
  value.toLocaleString(undefined, { notation: "compact", maximumFractionDigits: 1 });

const dropTimes = (latency: Statistics["dropLatency"]): string => {
  if (!latency) return "–";
  const [p50, p99] = [latency.p50Ms, latency.p99Ms].map((ms) => (ms < 10 ? ms.toFixed(1) : ms.toFixed(0)));
  return `${p50}/${p99} ms`;
};

interface FigureProps {
  readonly name: string;
  readonly href: string;
  /** Undefined while it is loading. */
  readonly value: string | undefined;
  readonly note: ReactNode;
}

/** The narrowest screen shows three figures in a row, so long ones get a smaller font there. */
const narrowSize = (text: string): string =>
  text.length <= 5 ? "text-2xl" : text.length <= 7 ? "text-lg" : "text-sm";

const Figure = ({ name, href, value, note }: FigureProps) => (
  <Card className="relative p-3 max-lg:col-span-2 max-lg:nth-[n+4]:col-span-3  has-[a:hover]:border-line-strong sm:p-5">
    <h2 className="text-xs text-ink-soft sm:text-sm">
      <Link href={href} className="rounded after:absolute after:inset-0 after:rounded-lg">
        {name}
      </Link>
    </h2>
    {value === undefined ? (
      // As high as the figure.
      <Skeleton className="mt-2 mb-1 h-6 w-16 sm:mb-1.5 sm:h-7" />
    ) : (
      <p
        className={classNames(
          "mt-1 flex h-8 items-center font-semibold tracking-[-0.02em] whitespace-nowrap tabular-nums sm:h-9",
          value.length > 9 ? "sm:text-xl" : "sm:text-[1.75rem]",
          narrowSize(value),
        )}
      >
        {value}
      </p>
    )}
    <p className="mt-0.5 min-h-8 text-xs text-ink-faint max-sm:hidden">{note}</p>
  </Card>
);
