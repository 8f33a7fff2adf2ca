import { Histogram, Registry } from "prom-client";
import { expect, it } from "vitest";
import { DurationHistogram } from "./duration-histogram.js";

it("writes what prom-client's own histogram writes for the same observations", async () => {
  const buckets = [0.001, 0.01, 1];
  const given = { name: "adjourn_test_seconds", help: "Durations of a test", buckets };
  const [own, theirs] = [new Registry(), new Registry()];
  const durations = new DurationHistogram({ ...given, label: "operation", registry: own });
  const reference = new Histogram({ ...given, labelNames: ["operation"], registers: [theirs] });
  expect(await own.metrics()).toBe(await theirs.metrics());
  durations.timer("never observed");
  const timers = { read: durations.timer("read"), 'quoted "write"': durations.timer('quoted "write"') };
  for (const [operation, timer] of Object.entries(timers))
    for (const seconds of [0, 0.001, 0.0011, 0.01, 0.5, 1, 1.5, 100, operation.length]) {
      timer(seconds);
      reference.observe({ operation }, seconds);
    }
  // Two timers of one value count together.
  durations.timer("read")(0.25);
  reference.observe({ operation: "read" }, 0.25);
  expect(await own.metrics()).toBe(await theirs.metrics());
  expect((await reference.get()).values).toMatchObject((await durations.get()).values);
});

it("without a label, it writes what prom-client's writes, also before the first observation", async () => {
  const given = { name: "adjourn_test_seconds", help: "Durations of a test", buckets: [0.01, 1] };
  const [own, theirs] = [new Registry(), new Registry()];
  const observe = new DurationHistogram({ ...given, registry: own }).timer();
  const reference = new Histogram({ ...given, registers: [theirs] });
  expect(await own.metrics()).toBe(await theirs.metrics());
  for (const seconds of [0, 0.01, 0.5, 7]) {
    observe(seconds);
    reference.observe(seconds);
  }
  expect(await own.metrics()).toBe(await theirs.metrics());
});
