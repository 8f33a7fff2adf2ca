import { describe, expect, it } from "vitest";
import { drawSchedule, runSchedule } from "../index.js";
import { mutants } from "./mutants.js";

/** A change of the domain changes what a seed does. Then one of these seeds must reveal the mutant. */
const searched = 2_000;

describe("the simulation reveals a broken mechanism", () => {
  it.each(mutants)(
    "$name",
    async ({ seed, mutation, tame }) => {
      for (const candidate of [seed, ...Array.from({ length: searched }, (_, index) => index + 1)]) {
        const drawn = drawSchedule(candidate);
        const schedule = tame?.(drawn) ?? drawn;
        const failure = await runSchedule(schedule, mutation);
        if (!failure) continue;
        // The violation counts only if the same schedule breaks nothing without the mutation.
        expect(
          await runSchedule(schedule, tame ? { reconcileEveryMs: mutation.reconcileEveryMs } : {}),
        ).toBeNull();
        return;
      }
      expect.fail(`no schedule of ${searched} reveals it`);
    },
    120_000,
  );
});
