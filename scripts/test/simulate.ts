import { readFileSync } from "node:fs";
import {
  drawSchedule,
  type Failure,
  largeSize,
  mutants,
  runSchedule,
  type Schedule,
  shrink,
} from "@adjourn/testkit/simulation";
import { flag, readArguments, wholeNumber } from "../read-arguments.mjs";

const usage = `npm run simulate -- [--seeds N] [--from N]   runs schedules, shrinks and prints the first that fails
npm run simulate -- --seed N                 runs one and prints every step
npm run simulate -- --schedule FILE          runs a printed one ("-" reads it from the standard input)
npm run simulate -- --large …                 the same with more nodes and steps in each
npm run simulate -- --mutants [--seeds N]    which seed is the first to show each broken mechanism`;

const readSchedule = (file: string): Schedule | undefined => {
  try {
    return JSON.parse(readFileSync(file === "-" ? 0 : file, "utf8")) as Schedule;
  } catch {
    return undefined;
  }
};

const count = wholeNumber(1, 1_000_000_000);
const { options: values } = readArguments({
  options: {
    seeds: count,
    from: count,
    seed: count,
    schedule: { allowed: 'a file with a printed schedule, or "-"', read: readSchedule },
    mutants: flag,
    "keep-going": flag,
    large: flag,
    help: flag,
  },
});

const draw = (seed: number): Schedule => (values.large ? drawSchedule(seed, largeSize) : drawSchedule(seed));

const print = ({ schedule, promise, what, at, trace }: Failure): void => {
  if (trace.length > 0) console.log(trace.join("\n"));
  console.log(`seed ${schedule.seed} breaks ${promise} after ${at.toFixed(0)} ms: ${what}`);
  console.log(JSON.stringify(schedule));
};

const runOne = async (schedule: Schedule): Promise<boolean> => {
  const trace: string[] = [];
  const failure = await runSchedule(schedule, {}, trace);
  if (failure) print(failure);
  else console.log([...trace, "nothing is broken"].join("\n"));
  return failure === null;
};

const runMany = async (from: number, seeds: number): Promise<boolean> => {
  const startedAt = performance.now();
  let failures = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const failure = await runSchedule(draw(seed));
    if (failure && values["keep-going"])
      console.log(`seed ${seed} breaks ${failure.promise}: ${failure.what}`);
    else if (failure) {
      console.log(`seed ${seed} breaks ${failure.promise}: ${failure.what}; shrinking …`);
      print(await shrink(failure));
    }
    if (failure) failures += 1;
    if (failure && !values["keep-going"]) break;
    const done = seed - from + 1;
    if (done % 10_000 === 0) console.log(`${done} schedules, ${failures} broke something`);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(`${failures} of ${seeds} schedules from seed ${from} broke something; ${seconds.toFixed(0)} s`);
  return failures === 0;
};

const killMutants = async (seeds: number): Promise<boolean> => {
  let alive = 0;
  for (const { name, mutation, tame } of mutants) {
    let failure: Failure | null = null;
    for (let seed = 1; seed <= seeds && !failure; seed += 1) {
      const schedule = drawSchedule(seed);
      failure = await runSchedule(tame?.(schedule) ?? schedule, mutation);
    }
    if (!failure) alive += 1;
    const killed = failure && `seed ${failure.schedule.seed}: ${failure.promise}: ${failure.what}`;
    console.log(`${name}: ${killed ?? "LIVES"}`);
  }
  return alive === 0;
};

const main = async (): Promise<boolean> => {
  if (values.schedule !== undefined) return runOne(values.schedule);
  if (values.seed !== undefined) return runOne(draw(values.seed));
  const seeds = values.seeds ?? 10_000;
  return values.mutants ? killMutants(seeds) : runMany(values.from ?? 1, seeds);
};

if (values.help) console.log(usage);
else process.exitCode = (await main()) ? 0 : 1;
