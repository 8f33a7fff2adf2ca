import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { probe } from "./use-reconnect";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it("asks until it is stopped, less often while the API answers", async () => {
  let isThere = false;
  const ask = vi.fn(() => (isThere ? Promise.resolve() : Promise.reject(new Error("away"))));
  const reconnect = vi.fn();
  const stop = probe(ask, reconnect);
  await vi.advanceTimersByTimeAsync(3_000);
  expect([ask.mock.calls.length, reconnect.mock.calls.length]).toEqual([2, 0]);
  isThere = true;
  await vi.advanceTimersByTimeAsync(4_500);
  expect([ask.mock.calls.length, reconnect.mock.calls.length]).toEqual([4, 2]);
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).toHaveBeenCalledTimes(4);
});

it("leaves a connection alone that came about while the API was asked", async () => {
  let answer = () => {};
  const ask = () =>
    new Promise<void>((resolve) => {
      answer = resolve;
    });
  const reconnect = vi.fn();
  const stop = probe(ask, reconnect);
  await vi.advanceTimersByTimeAsync(1_500);
  stop();
  answer();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reconnect).not.toHaveBeenCalled();
});
