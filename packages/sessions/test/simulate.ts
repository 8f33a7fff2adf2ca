import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  drawSchedule,
  type Failure,
  runSchedule,
  type Schedule,
  shrink,
} from "../src/testing/simulation/index.js";
import { mutants } from "../src/testing/simulation/mutants.js";

const usage = `npm run simulate -- [--seeds N] [--from N]   runs schedules, shrinks and prints the first that fails
npm run simulate -- --seed N                 runs one, and tells what happens in it
npm run simulate -- --schedule FILE          runs a printed one ("-" reads it from the standard input)
npm run simulate -- --mutants [--seeds N]    which seed is the first to show each broken mechanism`;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    schedule: { type: "string" },
    mutants: { type: "boolean", default: false },
    "keep-going": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

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
    const failure = await runSchedule(drawSchedule(seed));
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
  if (values.schedule !== undefined) {
    const text = readFileSync(values.schedule === "-" ? 0 : values.schedule, "utf8");
    return runOne(JSON.parse(text) as Schedule);
  }
  if (values.seed !== undefined) return runOne(drawSchedule(Number(values.seed)));
  if (values.mutants) return killMutants(Number(values.seeds));
  return runMany(Number(values.from), Number(values.seeds));
};

if (values.help) console.log(usage);
else process.exitCode = (await main()) ? 0 : 1;
