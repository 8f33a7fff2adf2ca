import { describe, expect, it } from "vitest";
import { drawSchedule, type Failure, runSchedule, type Schedule, shrink } from "./index.js";
import { mutants } from "./mutants/mutants.js";

const schedules = 5_000;
const perTest = 250;
const blocks = Array.from({ length: schedules / perTest }, (_, block) => 1 + block * perTest);

const describeFailure = ({ schedule, promise, what, trace }: Failure): string =>
  `seed ${schedule.seed} breaks ${promise}: ${what}\n${trace.join("\n")}\n${JSON.stringify(schedule)}`;

describe("in every schedule", () => {
  it.each(blocks)(`E1-E14 hold in ${perTest} schedules from seed %i`, async (from) => {
    for (let seed = from; seed < from + perTest; seed += 1) {
      const failure = await runSchedule(drawSchedule(seed));
      if (failure) expect.fail(describeFailure(await shrink(failure)));
    }
  });
});

describe("the simulation itself", () => {
  const mutant = mutants.find(({ name }) => name === "in-flight replies are not aborted");

  it("runs a seed twice with the same steps", async () => {
    const run = async () => (await runSchedule(drawSchedule(mutant?.seed ?? 0), mutant?.mutation, []))?.trace;
    const trace = await run();
    expect(trace?.length).toBeGreaterThan(10);
    expect(await run()).toEqual(trace);
  });

  it("replays a shrunk schedule from its printed form", async () => {
    const failure = await runSchedule(drawSchedule(mutant?.seed ?? 0), mutant?.mutation);
    if (!failure) return expect.fail("the mutant was not revealed");
    const shrunk = await shrink(failure, mutant?.mutation);
    expect(shrunk.schedule.steps.length).toBeLessThan(6);
    const printed = JSON.parse(JSON.stringify(shrunk.schedule)) as Schedule;
    const again = await runSchedule(printed, mutant?.mutation);
    expect(again).toMatchObject({ promise: shrunk.promise, what: shrunk.what, at: shrunk.at });
  });
});
