import { describe, expect, it } from "vitest";
import { drawSchedule, runSchedule } from "./index.js";
import { mutants } from "./mutants.js";

/** A change of the domain moves what a seed leads to; then another one near must do. */
const searched = 2_000;

describe("the simulation finds the one mechanism that is broken", () => {
  it.each(mutants)(
    "$name",
    async ({ seed, mutation, tame }) => {
      for (const candidate of [seed, ...Array.from({ length: searched }, (_, index) => index + 1)]) {
        const drawn = drawSchedule(candidate);
        const schedule = tame?.(drawn) ?? drawn;
        const failure = await runSchedule(schedule, mutation);
        if (!failure) continue;
        // With the mechanism whole, the same schedule in the same surroundings breaks nothing.
        expect(
          await runSchedule(schedule, tame ? { reconcileEveryMs: mutation.reconcileEveryMs } : {}),
        ).toBeNull();
        return;
      }
      expect.fail(`no schedule of ${searched} shows it`);
    },
    120_000,
  );
});
