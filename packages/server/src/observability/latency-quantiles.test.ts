import { describe, expect, it } from "vitest";
import { LatencyQuantiles } from "./latency-quantiles.js";

describe("quantiles of latencies", () => {
  it("are within a twentieth of the exact ones", () => {
    const quantiles = new LatencyQuantiles();
    for (let ms = 1; ms <= 1_000; ms += 1) quantiles.observe(ms);
    expect(quantiles.count).toBe(1_000);
    expect(Math.abs(quantiles.quantile(0.5) / 500 - 1)).toBeLessThan(0.06);
    expect(Math.abs(quantiles.quantile(0.99) / 990 - 1)).toBeLessThan(0.06);
  });

  it("hold the shortest, the longest and none", () => {
    const quantiles = new LatencyQuantiles();
    expect(quantiles.quantile(0.99)).toBe(0);
    quantiles.observe(0);
    expect(quantiles.quantile(0.5)).toBe(0.1);
    quantiles.observe(10 ** 9);
    expect(quantiles.quantile(1)).toBeGreaterThan(90_000);
  });
});
