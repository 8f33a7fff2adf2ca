import { expect, it } from "vitest";
import { PacedWork } from "./paced-work.js";
import { createFakeClock } from "./testing/fake-clock.js";

it("does one run at a time, and the next a whole interval after it", async () => {
  const clock = createFakeClock(0);
  const times: string[] = [];
  const work = new PacedWork(clock, 100, async () => {
    times.push(`begins ${clock.now()}`);
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 250));
    times.push(`ends ${clock.now()}`);
  });
  for (let i = 0; i < 40; i += 1) {
    work.soon();
    await clock.advance(10);
  }
  await clock.advance(1_000);
  expect(times).toEqual(["begins 100", "ends 350", "begins 450", "ends 700"]);
  expect(clock.pendingTimers).toBe(0);
});

it("begins nothing any more once it is stopped", async () => {
  const clock = createFakeClock(0);
  let runs = 0;
  const work = new PacedWork(clock, 100, async () => {
    runs += 1;
  });
  work.soon();
  work.stop();
  work.soon();
  await clock.advance(1_000);
  expect(runs).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});
