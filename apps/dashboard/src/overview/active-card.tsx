"use client";

import { type ReactNode, useMemo, useState } from "react";
import type { Lifetimes } from "../lifetimes/lifetimes";
import { Card, CardHeader } from "../ui/card";
import { TimeOfDay } from "../ui/time";
import { ActiveChart } from "./active-chart";
import { activeOverTime } from "./active-over-time";
import { type Range, RangeChoice, rangeMs } from "./range-choice";

const points = 97;
const redrawMs = 10_000;

interface ActiveCardProps {
  readonly lifetimes: Lifetimes | undefined;
  /** The API's time, ms; null while the page is made on the server. */
  readonly now: number | null;
  /** Shown until the data is loaded. */
  readonly children: ReactNode;
}

export const ActiveCard = ({ lifetimes, now, children }: ActiveCardProps) => {
  const [range, setRange] = useState<Range>("1 hour");
  const to = now === null ? null : Math.ceil(now / redrawMs) * redrawMs;
  const chart = useMemo(() => {
    if (!lifetimes || to === null) return null;
    const span = { from: to - rangeMs[range], to, points };
    return { span, line: activeOverTime(lifetimes, span) };
  }, [lifetimes, to, range]);
  const knownFrom = chart && lifetimes && lifetimes.knownFrom > chart.span.from ? lifetimes.knownFrom : null;
  return (
    <Card aria-labelledby="active-chart">
      <CardHeader
        id="active-chart"
        title="Sessions over time"
        note={
          knownFrom === null ? (
            "Live at each moment"
          ) : (
            <>
              Live at each moment since <TimeOfDay at={new Date(knownFrom).toISOString()} seconds />: there
              are too many to load
            </>
          )
        }
      >
        <RangeChoice range={range} onChange={setRange} />
      </CardHeader>
      {chart ? <ActiveChart span={chart.span} points={chart.line} /> : children}
    </Card>
  );
};
