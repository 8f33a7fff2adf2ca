"use client";

import { type PointerEvent, useState } from "react";
import { timeOfDay } from "./time-of-day";

interface ChartReadoutProps {
  /** In order, the same time apart, at least two. */
  readonly points: readonly { readonly at: number; readonly active: number }[];
}

/** Lies over a chart and says its value at the pointer, or at the moment that the arrow keys have reached. */
export const ChartReadout = ({ points }: ChartReadoutProps) => {
  const last = points.length - 1;
  const [pointed, setPointed] = useState<number | null>(null);
  const [focused, setFocused] = useState<number | null>(null);
  const index = pointed ?? focused;
  const value = Math.min(focused ?? last, last);
  const point = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientX - left) / width));
    setPointed(Math.round(part * last));
  };
  return (
    <div
      className="absolute inset-0 rounded-sm outline-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2"
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={() => setPointed(null)}
    >
      <input
        type="range"
        aria-label="Live sessions at a moment"
        aria-valuetext={textAt(points[value])}
        min={0}
        max={last}
        value={value}
        onChange={(event) => setFocused(event.target.valueAsNumber)}
        onFocus={() => setFocused(value)}
        onBlur={() => setFocused(null)}
        className="absolute inset-0 size-full cursor-crosshair opacity-0"
      />
      {index !== null && points[index] && <Mark part={index / last} text={textAt(points[index])} />}
    </div>
  );
};

const textAt = (point: ChartReadoutProps["points"][number] | undefined): string =>
  point ? `${timeOfDay(point.at)}: ${point.active.toLocaleString()} live` : "";

/** A line at this part of the chart's width, and its value, which stays within the chart. */
const Mark = ({ part, text }: { readonly part: number; readonly text: string }) => (
  <div aria-hidden="true" className="pointer-events-none absolute inset-0">
    <div className="absolute inset-y-0 w-px bg-ink-faint" style={{ left: `${part * 100}%` }} />
    <p
      className="absolute top-0 rounded bg-ink px-2 py-1 text-xs leading-none whitespace-nowrap text-canvas tabular-nums"
      style={{ left: `${part * 100}%`, transform: `translateX(-${part * 100}%)` }}
    >
      {text}
    </p>
  </div>
);
