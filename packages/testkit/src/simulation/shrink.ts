import { type Failure, runSchedule } from "./run-schedule.js";
import { type Faults, noFaults, type Schedule } from "./schedule.js";
import type { Mutation } from "./world.js";

/** Without a step all later random numbers change, so each shorter schedule is tried with this many seeds. */
const seedsPerSchedule = 15;

/** The shortest schedule found that breaks the same promise: without steps, then without faults, then without delays. */
export const shrink = async (failure: Failure, mutation: Mutation = {}): Promise<Failure> => {
  let shortest = failure;
  const attempt = async (schedule: Schedule): Promise<boolean> => {
    for (let tried = 0; tried < seedsPerSchedule; tried += 1) {
      const result = await runSchedule({ ...schedule, seed: schedule.seed + tried * 1_000_003 }, mutation);
      if (result?.promise !== failure.promise) continue;
      shortest = result;
      return true;
    }
    return false;
  };
  for (let before = ""; before !== JSON.stringify(shortest.schedule); ) {
    before = JSON.stringify(shortest.schedule);
    await leaveOutSteps(() => shortest.schedule, attempt);
    for (const fault of Object.keys(noFaults) as (keyof Faults)[])
      if (shortest.schedule.faults[fault] > 0)
        await attempt({ ...shortest.schedule, faults: { ...shortest.schedule.faults, [fault]: 0 } });
    for (let at = 0; at < shortest.schedule.steps.length; at += 1) {
      const { steps } = shortest.schedule;
      const step = steps[at];
      if (step && step.after > 0)
        await attempt({ ...shortest.schedule, steps: steps.with(at, { ...step, after: 0 }) });
    }
  }
  return (await runSchedule(shortest.schedule, mutation, [])) ?? shortest;
};

const leaveOutSteps = async (
  current: () => Schedule,
  attempt: (schedule: Schedule) => Promise<boolean>,
): Promise<void> => {
  for (let size = Math.ceil(current().steps.length / 2); size >= 1; size = Math.floor(size / 2))
    for (let from = current().steps.length - size; from >= 0; from -= size) {
      const { steps } = current();
      if (from < steps.length) await attempt({ ...current(), steps: steps.toSpliced(from, size) });
    }
};
