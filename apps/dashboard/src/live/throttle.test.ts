import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createThrottle } from "./throttle";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("runs once per interval, however often it is requested, and once after the last request", () => {
  let runs = 0;
  const { request } = createThrottle(() => {
    runs += 1;
  }, 2_000);
  for (let second = 0; second < 10; second += 1) {
    request();
    vi.advanceTimersByTime(1_000);
  }
  expect(runs).toBe(5);
  vi.advanceTimersByTime(60_000);
  expect(runs).toBe(6);
});

it("runs for a single request once, and never after it was stopped", () => {
  let runs = 0;
  const { request, stop } = createThrottle(() => {
    runs += 1;
  }, 2_000);
  request();
  vi.advanceTimersByTime(60_000);
  expect(runs).toBe(1);
  request();
  stop();
  vi.advanceTimersByTime(60_000);
  expect(runs).toBe(1);
});
