import { afterEach, expect, it, vi } from "vitest";
import { systemClock } from "./system-clock.js";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it.each([
  ["forwards", 86_400_000],
  ["backwards", -86_400_000],
])("the machine's clock set %s by a day moves no time of a session", (_, stepMs) => {
  const before = systemClock.now();
  const wallNow = Date.now();
  vi.spyOn(Date, "now").mockReturnValue(wallNow + stepMs);
  const after = systemClock.now();
  expect(after).toBeGreaterThanOrEqual(before);
  expect(after - before).toBeLessThan(10_000);
});

it("begins at the machine's time and only ever goes forwards", () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(10_000);
  const times = Array.from({ length: 10_000 }, () => systemClock.now());
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

it("waits longer than one timer of Node can, and not at all once cancelled", () => {
  vi.useFakeTimers();
  const days = 40 * 86_400_000;
  const run = vi.fn();
  const cancelled = vi.fn();
  systemClock.setTimeout(run, days);
  systemClock.setTimeout(cancelled, days).cancel();
  vi.advanceTimersByTime(days - 1);
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(run).toHaveBeenCalledOnce();
  expect(cancelled).not.toHaveBeenCalled();
});
