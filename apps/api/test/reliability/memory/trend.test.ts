import { expect, it } from "vitest";
import type { Sample } from "./soak.js";
import { findTrends } from "./trend.js";

const megabyte = 1_048_576;

const sample = (round: number, heapMegabytes: number): Sample => ({
  atSeconds: round * 10,
  sessions: round * 100,
  heapBytes: heapMegabytes * megabyte,
  rssBytes: 200 * megabyte,
  sockets: 0,
  timers: 2,
  resources: 3,
  slowestTurnMs: 1,
  p99TurnMs: 1,
});
const idle = sample(0, 16);
const rounds = Array.from({ length: 12 }, (_, index) => index + 1);

it("a heap that grows with every round is a trend", () => {
  const samples = rounds.map((round) => sample(round, 20 + round));
  expect(findTrends({ samples, idle, rest: null })).toEqual(["the heap grew from 25.0 MB to 29.0 MB"]);
});

it("a heap that goes up and comes down again, or grows while it warms up alone, is none", () => {
  const saw = rounds.map((round) => sample(round, 20 + (round % 3) * 8));
  const warming = rounds.map((round) => sample(round, 20 + Math.min(round, 4)));
  expect(findTrends({ samples: saw, idle, rest: null })).toEqual([]);
  expect(findTrends({ samples: warming, idle, rest: null })).toEqual([]);
});

it("a socket, a timer or a handle that is left at rest is reported", () => {
  const samples = rounds.map((round) => sample(round, 20));
  const rest = { ...idle, sockets: 1, timers: 3, resources: 5 };
  expect(findTrends({ samples, idle, rest })).toEqual([
    "1 sockets are left",
    "3 timers are left of 2 at the start",
    "5 handles are left of 3",
  ]);
});
