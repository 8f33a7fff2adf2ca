import { sampleEnding } from "@adjourn/testkit/samples";
import { describe, expect, it } from "vitest";
import { dayName, groupByDay } from "./ending-days";

const ending = (sessionId: string, endedAt: Date) =>
  sampleEnding(sessionId, { endedAt: endedAt.toISOString() });

describe("endings by day", () => {
  it("have a line above the first ending of each day in the reader's zone", () => {
    const lines = groupByDay([
      ending("c", new Date(2026, 2, 2, 0, 30)),
      ending("b", new Date(2026, 2, 1, 23, 30)),
      ending("a", new Date(2026, 2, 1, 0, 30)),
    ]);
    expect(lines.map((line) => ("day" in line ? line.day.getDate() : line.ending.sessionId))).toEqual([
      2,
      "c",
      1,
      "b",
      "a",
    ]);
    expect(new Set(lines.map(({ key }) => key)).size).toBe(lines.length);
    expect(groupByDay([])).toEqual([]);
  });

  it("are named by the word for the last two, also over the turn of a year", () => {
    const now = new Date(2026, 0, 1, 12);
    expect(dayName(new Date(2026, 0, 1), now)).toBe("Today");
    expect(dayName(new Date(2025, 11, 31), now)).toBe("Yesterday");
    expect(dayName(new Date(2025, 11, 30), now)).toContain("2025");
    expect(dayName(new Date(2026, 5, 5), now)).not.toContain("2026");
  });
});
