import { expect, it } from "vitest";
import { RecentIds } from "./recent-ids.js";

const idOf = (nth: number): string => `id-${nth}`;

it("knows at least the last ids, each once, and at most twice as many", () => {
  const ids = new RecentIds(100);
  for (let nth = 0; nth < 1_000; nth += 1) {
    expect(ids.add(idOf(nth))).toBe(true);
    expect(ids.add(idOf(nth))).toBe(false);
    const known = Array.from({ length: nth + 1 }, (_, back) => ids.has(idOf(nth - back)));
    const count = known.filter(Boolean).length;
    expect(known.slice(0, 100)).not.toContain(false);
    expect(count).toBeLessThanOrEqual(200);
  }
});
