"use client";

import { useId } from "react";
import { ChartReadout } from "./chart-readout";
import { timeOfDay } from "./time-of-day";

interface Point {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly active: number;
}

const width = 640;
const height = 180;
const top = 10;
const mostRows = 13;

/** The next round number whose half is a number of sessions too: 4, 6, 10, 20, 40, 60, 100 … */
const roundUp = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  const factor = [1, 2, 4, 6, 10].find((one) => one * power >= value) ?? 10;
  return Math.max(4, factor * power);
};

/** 500, 2.5K, 10K: fits beside the chart. */
const compact = (value: number): string => value.toLocaleString(undefined, { notation: "compact" });

interface ActiveChartProps {
  /** In order, at least two. */
  readonly points: readonly Point[];
}

/** A chart of live sessions over time, which says its value at the pointer and by the arrow keys, with a table of the same values. */
export const ActiveChart = ({ points }: ActiveChartProps) => {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return null;
  const ceiling = roundUp(Math.max(...points.map(({ active }) => active)));
  const most = points.reduce((a, b) => (b.active > a.active ? b : a));
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => first.at + part * (last.at - first.at));
  return (
    <figure className="px-4 pt-4 pb-3 sm:px-5">
      <div className="flex gap-2">
        <div className="relative min-w-0 flex-1">
          <svg
            viewBox={`0 0 ${width} ${height}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={`Live sessions from ${timeOfDay(first.at)} to ${timeOfDay(last.at)}: ${last.active} now, at most ${most.active} (at ${timeOfDay(most.at)})`}
            className="block h-44 w-full overflow-visible text-accent"
          >
            <ChartLines points={points} ceiling={ceiling} />
          </svg>
          <ChartReadout points={points} />
        </div>
        <div
          aria-hidden="true"
          className="flex w-8 flex-col justify-between text-xs leading-none text-ink-faint tabular-nums"
        >
          <span className="mt-1">{compact(ceiling)}</span>
          <span>{compact(ceiling / 2)}</span>
          <span>0</span>
        </div>
      </div>
      <div aria-hidden="true" className="mt-2 mr-10 flex justify-between text-xs text-ink-faint tabular-nums">
        {ticks.map((at, index) => (
          <span key={at} className={index % 2 === 1 ? "max-sm:hidden" : undefined}>
            {timeOfDay(at)}
          </span>
        ))}
      </div>
      <PointsTable points={points} />
    </figure>
  );
};

/** The grid, the line and the area below it. `ceiling`: the number of sessions at the top of the chart. */
const ChartLines = ({ points, ceiling }: ActiveChartProps & { readonly ceiling: number }) => {
  const id = useId();
  const from = points[0]?.at ?? 0;
  const to = points.at(-1)?.at ?? from;
  const x = (at: number) => ((at - from) / Math.max(1, to - from)) * width;
  const y = (active: number) => top + (1 - active / ceiling) * (height - top);
  const line = points
    .map(({ at, active }, index) =>
      index === 0
        ? `M${x(at).toFixed(1)} ${y(active).toFixed(1)}`
        : `H${x(at).toFixed(1)}V${y(active).toFixed(1)}`,
    )
    .join("");
  return (
    <>
      <defs>
        <linearGradient id={`${id}-fill`} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="currentColor" stopOpacity="0.22" />
          <stop offset="1" stopColor="currentColor" stopOpacity="0.02" />
        </linearGradient>
      </defs>
      {[0, 0.5, 1].map((part) => (
        <line
          key={part}
          x1="0"
          x2={width}
          y1={y(part * ceiling)}
          y2={y(part * ceiling)}
          vectorEffect="non-scaling-stroke"
          className="stroke-line"
        />
      ))}
      <path d={`${line}V${height}H0Z`} fill={`url(#${id}-fill)`} />
      <path
        d={line}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.75"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </>
  );
};

/** The chart's values as a table of at most {@link mostRows} rows or so. */
const PointsTable = ({ points }: Pick<ActiveChartProps, "points">) => {
  const every = Math.ceil(points.length / mostRows);
  const shown = points.filter((_, index) => index % every === 0 || index === points.length - 1);
  return (
    <details className="mt-2">
      <summary className="w-fit rounded text-xs text-ink-soft hover:text-ink">Show as a table</summary>
      <table className="mt-2 w-full max-w-56 text-xs tabular-nums">
        <thead>
          <tr className="text-ink-faint">
            <th scope="col" className="py-1 text-left font-medium">
              Time
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              Live sessions
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ at, active }) => (
            <tr key={at} className="border-t border-line">
              <td className="py-1">{timeOfDay(at)}</td>
              <td className="py-1 text-right">{active.toLocaleString()}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
};
