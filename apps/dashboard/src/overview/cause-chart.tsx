import { causeNames } from "../endings/ending-words";
import type { EndingCause } from "../lists/records";
import type { Statistics } from "../statistics/use-statistics";

/** How many ended by each cause: the words and figures are the chart, the bars only show them. */
export const CauseChart = ({ counts }: { readonly counts: Statistics["ended"]["byCause"] }) => {
  const causes = (Object.keys(causeNames) as EndingCause[]).map((cause) => ({
    cause,
    count: counts[cause],
  }));
  const most = Math.max(1, ...causes.map(({ count }) => count));
  return (
    <dl className="grid gap-4 px-4 pt-4 pb-5 sm:px-5">
      {causes.map(({ cause, count }) => (
        <div key={cause} className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1.5">
          <dt className="text-ink-soft">{causeNames[cause]}</dt>
          <dd className="font-semibold tabular-nums">{count.toLocaleString()}</dd>
          <dd aria-hidden="true" className="h-2 w-full rounded-full bg-sunken ring-1 ring-line ring-inset">
            <div
              className="h-full rounded-full bg-ink-faint transition-[width] duration-300"
              style={{ width: `${(count / most) * 100}%` }}
            />
          </dd>
        </div>
      ))}
    </dl>
  );
};
