import { createFakeClock, silentLog } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { Throttler } from "./throttler.js";

it("runs once at a time, and waits a whole interval after each run", async () => {
  const clock = createFakeClock(0);
  const times: string[] = [];
  const work = new Throttler({ clock, log: silentLog }, 100, async () => {
    times.push(`begins ${clock.now()}`);
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 250));
    times.push(`ends ${clock.now()}`);
  });
  for (let i = 0; i < 40; i += 1) {
    work.schedule();
    await clock.advance(10);
  }
  await clock.advance(1_000);
  expect(times).toEqual(["begins 100", "ends 350", "begins 450", "ends 700"]);
  expect(clock.pendingTimers).toBe(0);
});

it("starts no run after it is stopped", async () => {
  const clock = createFakeClock(0);
  let runs = 0;
  const work = new Throttler({ clock, log: silentLog }, 100, async () => {
    runs += 1;
  });
  work.schedule();
  work.stop();
  work.schedule();
  await clock.advance(1_000);
  expect(runs).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});

it("continues after a run that failed, and logs the error", async () => {
  const clock = createFakeClock(0);
  const logged: string[] = [];
  const log = { ...silentLog, error: (message: string) => logged.push(message) };
  let runs = 0;
  const work = new Throttler({ clock, log }, 100, async () => {
    runs += 1;
    if (runs === 1) {
      work.schedule();
      throw new Error("not this time");
    }
  });
  work.schedule();
  await clock.advance(1_000);
  expect(runs).toBe(2);
  expect(logged).toEqual(["A throttled task failed"]);
});
