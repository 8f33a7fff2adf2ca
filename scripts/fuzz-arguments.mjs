import { parseArgs } from "node:util";

export const usage = "npm run fuzz -- [--minutes N] [--seed N] [test file …]";

/**
 * @typedef {{ minutes: number, seed: number | null, files: readonly string[], help: boolean }} FuzzArguments
 */

/**
 * @param {readonly string[]} given
 * @returns {FuzzArguments | { problem: string }} a problem is one line
 */
export const readFuzzArguments = (given) => {
  try {
    const { values, positionals } = parseArgs({
      args: [...given],
      options: {
        minutes: { type: "string", default: "10" },
        seed: { type: "string" },
        help: { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
    const minutes = Number(values.minutes);
    if (!/^\d+(\.\d+)?$/.test(values.minutes) || !(minutes > 0 && minutes <= 10_000))
      return problem("--minutes must be a number above 0 and at most 10000", values.minutes);
    const seed = values.seed === undefined ? null : Number(values.seed);
    if (values.seed !== undefined && !(/^-?\d+$/.test(values.seed) && seed === Number(seed) >> 0))
      return problem("--seed must be a whole number of 32 bits", values.seed);
    return { minutes, seed, files: positionals, help: values.help };
  } catch (error) {
    // parseArgs names the option, and goes on with advice.
    return {
      problem: `${String(error instanceof Error ? error.message : error).split(/\. |\n/)[0]}; ${usage}`,
    };
  }
};

/** @type {(rule: string, given: string) => { problem: string }} */
const problem = (rule, given) => ({ problem: `${rule}, but it is ${JSON.stringify(given)}` });
