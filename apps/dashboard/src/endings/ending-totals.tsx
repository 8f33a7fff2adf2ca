"use client";

import { type EndingCause, startOfDay } from "../lists/records";
import { useStatisticsBetween } from "../statistics/use-statistics";
import { causeNames } from "./ending-words";

const usualDays = 7;

interface EndingTotalsProps {
  /** Days, as in the list's filter. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** How many ended in the range of days, by cause. The other filters don't change it. */
export const EndingTotals = ({ from, to }: EndingTotalsProps) => {
  const data = useStatisticsBetween(startOfDay(from), startOfDay(to, 1), usualDays);
  const causes = Object.keys(causeNames) as EndingCause[];
  const range = from ? "these days" : to ? `${usualDays} days to ${to}` : `the last ${usualDays} days`;
  const figures = [
    {
      name: data === null ? "No totals for this range" : `All of ${range}`,
      count: data?.ended.total,
    },
    ...causes.map((cause) => ({ name: causeNames[cause], count: data?.ended.byCause[cause] })),
  ];
  return (
    <dl
      aria-label={`Endings of ${range}`}
      className="mb-4 grid grid-cols-2 gap-x-6 gap-y-3 tabular-nums sm:flex sm:min-h-12 sm:flex-wrap sm:gap-x-10"
    >
      {figures.map(({ name, count }) => (
        <div key={name}>
          <dt className="text-xs text-ink-soft">{name}</dt>
          <dd className="text-lg font-semibold">{count === undefined ? "–" : count.toLocaleString()}</dd>
        </div>
      ))}
    </dl>
  );
};
