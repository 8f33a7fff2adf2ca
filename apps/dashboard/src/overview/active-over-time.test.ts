import { expect, it } from "vitest";
import { activeOverTime } from "./active-over-time";

const at = (second: number) => new Date(second * 1_000).toISOString();

it("counts who is live at each moment, those from before the span and those not listed included", () => {
  const lifetimes = [
    { createdAt: at(0), endedAt: at(25) },
    { createdAt: at(20) },
    { createdAt: at(12), endedAt: at(18) },
  ];
  const points = activeOverTime(lifetimes, { from: 10_000, to: 40_000, points: 4 }, 5);
  expect(points).toEqual([
    { at: 10_000, active: 6 },
    { at: 20_000, active: 7 },
    { at: 30_000, active: 6 },
    { at: 40_000, active: 6 },
  ]);
});
