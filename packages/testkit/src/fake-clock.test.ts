import { expect, test } from "vitest";
import { createFakeClock } from "./fake-clock.js";

test("timers run in the order in which they are due, each at its own time", async () => {
  const clock = createFakeClock(1_000);
  const ran: [string, number][] = [];
  const note = (name: string) => () => void ran.push([name, clock.now()]);
  clock.setTimeout(note("second"), 20);
  clock.setTimeout(note("first"), 10);
  clock.setTimeout(note("also second"), 20);
  clock.setTimeout(note("later"), 31);
  await clock.advance(30);
  expect(ran).toEqual([
    ["first", 1_010],
    ["second", 1_020],
    ["also second", 1_020],
  ]);
  expect(clock.now()).toBe(1_030);
  expect(clock.pendingTimers).toBe(1);
});

test("promises and timers that a timer causes run before the next timer", async () => {
  const clock = createFakeClock();
  const ran: string[] = [];
  clock.setTimeout(async () => {
    for (let i = 0; i < 100; i++) await Promise.resolve();
    ran.push("after many promises");
    clock.setTimeout(() => ran.push("set by a timer"), 5);
  }, 10);
  clock.setTimeout(() => ran.push("late"), 20);
  await clock.advance(20);
  expect(ran).toEqual(["after many promises", "set by a timer", "late"]);
});

test("a cancelled timer never runs", async () => {
  const clock = createFakeClock();
  const timer = clock.setTimeout(() => expect.unreachable(), 10);
  timer.cancel();
  timer.cancel();
  await clock.advance(100);
  expect(clock.pendingTimers).toBe(0);
});
