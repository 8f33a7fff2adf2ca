import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { createVitest } from "vitest/node";
import { flag, numberUpTo, readArguments, wholeNumber } from "../read-arguments.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** A round is short, so that every test gets its turn in a short run too, and a long run sees many seeds. */
const perTestMs = 20_000;

const { options, words: files } = readArguments({
  options: { minutes: numberUpTo(10_000), seed: wholeNumber(-(2 ** 31), 2 ** 31 - 1), help: flag },
  word: { allowed: "a test file", read: (given) => given || undefined },
  words: [0, 1_000],
});
const given = { ...options, minutes: options.minutes ?? 10, seed: options.seed ?? null, files };
if (given.help) {
  console.log("npm run fuzz -- [--minutes N] [--seed N] [test file …]");
  process.exit(0);
}

const vitest = await createVitest("test", {
  root,
  watch: false,
  // What is to be said is said below.
  reporters: [{}],
  testTimeout: 600_000,
  typecheck: { enabled: false },
});
const draws = (/** @type {string} */ file) =>
  /\b(?:propertyRuns|drawSeed)\(/.test(readFileSync(file, "utf8"));
const all = await vitest.globTestSpecifications([...given.files]);
const specifications = all.filter(({ moduleId }) => draws(moduleId));
if (specifications.length === 0) {
  console.error(`none of these files draws at random: ${given.files.join(" ")}`);
  process.exit(2);
}

/** The text in which fast-check says what to repeat. */
const drawn = /\{ seed: (-?\d+), path: "([^"]*)"/;

/**
 * @param {import("vitest/node").TestModule} module
 * @param {number} seed
 */
const printFailures = (module, seed) => {
  for (const error of module.errors()) console.log(`FAILED seed ${seed}: ${error.message}`);
  for (const test of module.children.allTests("failed")) {
    const { errors = [] } = test.result();
    const message = errors.map((error) => error.message).join("\n");
    const [, drawnSeed = seed, path] = drawn.exec(message) ?? [];
    console.log(`FAILED ${relative(root, module.moduleId)} > ${test.fullName}`);
    console.log(`seed ${drawnSeed}${path === undefined ? "" : `, path "${path}"`}\n${message}`);
  }
};

const until = Date.now() + given.minutes * 60_000;
let rounds = 0;
let passed = true;
do {
  const seed = given.seed ?? randomInt(-(2 ** 31), 2 ** 31);
  // A project has its own copy of what the configuration provides, which comes before the root's.
  for (const project of vitest.projects) project.provide("draws", { seed, fuzz: { until, perTestMs } });
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  for (const error of unhandledErrors) console.log(`FAILED seed ${seed}:`, error);
  for (const module of testModules) printFailures(module, seed);
  passed = unhandledErrors.length === 0 && testModules.every((module) => module.ok());
  rounds += 1;
  console.log(`round ${rounds}, seed ${seed}: ${passed ? "nothing found" : "FAILED"}`);
} while (passed && given.seed === null && Date.now() < until);

await vitest.close();
process.exitCode = passed ? 0 : 1;
