import { expect, it } from "vitest";
import type { Lifetimes } from "../lifetimes/lifetimes";
import { activeOverTime } from "./active-over-time";

const at = (second: number) => new Date(second * 1_000).toISOString();
const span = { from: 10_000, to: 40_000, points: 4 };

const lifetimes: Lifetimes = {
  begun: new Map([["live", at(20)]]),
  gone: new Map([
    ["from before the span", { createdAt: at(0), endedAt: at(25), cause: "requested" }],
    ["brief", { createdAt: at(12), endedAt: at(18), cause: "requested" }],
  ]),
  older: 5,
  knownFrom: 0,
};

it("counts who is live at each moment, those from before the span and those not listed included", () => {
  expect(activeOverTime(lifetimes, span)).toEqual([
    { at: 10_000, active: 6 },
    { at: 20_000, active: 7 },
    { at: 30_000, active: 6 },
    { at: 40_000, active: 6 },
  ]);
});

it("says nothing of the time of which only a part is known", () => {
  const points = activeOverTime({ ...lifetimes, knownFrom: 25_000 }, span);
  expect(points.map((point) => point.at)).toEqual([30_000, 40_000]);
});
