import { createFakeClock, silentLog } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { runEvery } from "./run-every.js";

it("continues after a run that failed, and logs each failure", async () => {
  const clock = createFakeClock(0);
  const logged: string[] = [];
  const log = { ...silentLog, error: (message: string) => logged.push(message) };
  let runs = 0;
  const stop = runEvery({ clock, log }, 100, async () => {
    runs += 1;
    if (runs < 3) throw new Error("not this time");
  });
  await clock.advance(450);
  expect(runs).toBe(4);
  expect(logged).toHaveLength(2);
  stop();
  await clock.advance(1_000);
  expect(runs).toBe(4);
  expect(clock.pendingTimers).toBe(0);
});
