"use client";

import { useState } from "react";
import { describeError } from "../live/call-error";
import { useStatisticsOverTime } from "../statistics/use-statistics";
import { Card, CardHeader } from "../ui/layout/card";
import { ActiveChart } from "./active-chart";
import { chartHeight } from "./chart-height";
import { type Range, RangeChoice, rangeMs } from "./range-choice";
import { Unknown } from "./unknown";

export const ActiveCard = () => {
  const [range, setRange] = useState<Range>("1 hour");
  const { data, error } = useStatisticsOverTime(rangeMs[range]);
  return (
    <Card aria-labelledby="active-chart" className={chartHeight}>
      <CardHeader id="active-chart" title="Sessions over time" note="Live at each moment">
        <RangeChoice range={range} onChange={setRange} />
      </CardHeader>
      {data ? (
        <ActiveChart points={data.points.map(({ at, active }) => ({ at: Date.parse(at), active }))} />
      ) : (
        <Unknown>{error && describeError(error)}</Unknown>
      )}
    </Card>
  );
};
