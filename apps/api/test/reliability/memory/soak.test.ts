import { expect, it } from "vitest";
import { soak } from "./soak.js";
import { findTrends } from "./trend.js";

it("the memory of a process stays level under mixed load", async () => {
  const result = await soak({ rounds: 12, roundSeconds: 10, untilRest: false });
  expect(findTrends(result)).toEqual([]);
  expect(result.samples.at(-1)?.sessions).toBeGreaterThan(0);
}, 900_000);
