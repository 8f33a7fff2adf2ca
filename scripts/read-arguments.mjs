import { parseArgs } from "node:util";

/** Arguments that a command does not understand; its message is the one line to print. */
export class WrongArgument extends Error {}

/**
 * What an option, or a word, may be. `read` gives undefined for what is not allowed.
 * @template T
 * @typedef {{ readonly allowed: string, readonly read: (given: string) => T | undefined }} Argument
 */

/** @typedef {{ readonly flag: true, readonly allowed: string }} Flag */

/** An option that is there or not. @type {Flag} */
export const flag = { flag: true, allowed: "no value" };

/** @type {Argument<string>} */
export const anyText = { allowed: "some text", read: (given) => (given === "" ? undefined : given) };

/**
 * @param {number} min
 * @param {number} max
 * @returns {Argument<number>}
 */
export const wholeNumber = (min, max) => ({
  allowed: `a whole number from ${min} to ${max}`,
  read: (given) => {
    const number = Number(given);
    return /^-?\d{1,16}$/.test(given) && number >= min && number <= max ? number : undefined;
  },
});

/**
 * @param {number} max
 * @returns {Argument<number>}
 */
export const numberUpTo = (max) => ({
  allowed: `a number above 0 and at most ${max}`,
  read: (given) => {
    const number = Number(given);
    return /^\d{1,16}(\.\d{1,9})?$/.test(given) && number > 0 && number <= max ? number : undefined;
  },
});

/**
 * @template {string} Word
 * @param {readonly Word[]} words
 * @returns {Argument<Word>}
 */
export const oneOf = (words) => ({
  allowed: words.join(", "),
  read: (given) => words.find((word) => word === given),
});

/**
 * @template {Record<string, Argument<unknown> | Flag>} Options
 * @template Word
 * @typedef {{
 *   readonly options: { readonly [Name in keyof Options]: Options[Name] extends Argument<infer T> ? T | undefined : boolean },
 *   readonly words: readonly Word[],
 * }} Arguments
 */

/**
 * The one reader of command lines: what it does not understand it refuses.
 * @template {Record<string, Argument<unknown> | Flag>} Options
 * @template [Word=never]
 * @param {readonly string[]} given
 * @param {{ readonly options?: Options, readonly word?: Argument<Word>, readonly words?: readonly [min: number, max: number] }} known
 * @returns {Arguments<Options, Word>}
 * @throws {WrongArgument}
 */
export const parseArguments = (given, { options, word, words: [min, max] = [0, 0] }) => {
  const entries = Object.entries(options ?? {});
  const parsed = parse(given, entries);
  if (parsed.positionals.length > max)
    throw wrong("argument", parsed.positionals[max], max === 0 ? allowedOptions(entries) : `${max} of them`);
  if (parsed.positionals.length < min)
    throw new WrongArgument(`An argument is missing; allowed: ${word?.allowed}`);
  /** @type {Record<string, unknown>} */
  const values = parsed.values;
  /** @type {Record<string, unknown>} */
  const read = Object.fromEntries(
    entries.map(([name, argument]) => {
      const value = values[name];
      return [name, "read" in argument ? readOne(`--${name}`, value, argument) : value === true];
    }),
  );
  /** @type {unknown[]} */
  const words = parsed.positionals.map((text) => word && readOne("argument", text, word));
  // Each option was read by its own reader, which gives its own type.
  return /** @type {Arguments<Options, Word>} */ ({ options: read, words });
};

/**
 * @template {Record<string, Argument<unknown> | Flag>} Options
 * @template [Word=never]
 * @param {Parameters<typeof parseArguments<Options, Word>>[1]} known
 * @returns {Arguments<Options, Word>} of this process, which ends with one line and code 2 where there are none
 */
export const readArguments = (known) => {
  try {
    return parseArguments(process.argv.slice(2), known);
  } catch (error) {
    if (!(error instanceof WrongArgument)) throw error;
    console.error(error.message);
    process.exit(2);
  }
};

/**
 * @param {readonly string[]} given
 * @param {readonly (readonly [string, Argument<unknown> | Flag])[]} entries
 */
const parse = (given, entries) => {
  const typed = entries.map(([name, argument]) => {
    const type = "flag" in argument ? /** @type {const} */ ("boolean") : /** @type {const} */ ("string");
    return [name, { type }];
  });
  try {
    const { tokens, ...parsed } = parseArgs({
      args: [...given],
      options: Object.fromEntries(typed),
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    const names = tokens.flatMap((token) => (token.kind === "option" ? [token.name] : []));
    const repeated = names.find((name, at) => names.indexOf(name) !== at);
    if (repeated !== undefined)
      throw new WrongArgument(`Option '--${repeated}' is there twice; allowed: once`);
    return parsed;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // It names the option, and goes on with advice.
    const [what] = error.message.split(/\. |\.?\n/);
    throw new WrongArgument(`${what}; allowed: ${allowedOptions(entries)}`);
  }
};

/**
 * @template T
 * @param {string} name
 * @param {unknown} value
 * @param {Argument<T>} argument
 */
const readOne = (name, value, argument) => {
  if (typeof value !== "string") return undefined;
  const read = argument.read(value);
  if (read === undefined) throw wrong(name, value, argument.allowed);
  return read;
};

/**
 * @param {string} name
 * @param {string | undefined} value
 * @param {string} allowed
 */
const wrong = (name, value, allowed) =>
  new WrongArgument(`${name} is ${JSON.stringify(value)}; allowed: ${allowed}`);

/** @param {readonly (readonly [string, Argument<unknown> | Flag])[]} entries */
const allowedOptions = (entries) =>
  entries
    .map(([name, argument]) => ("flag" in argument ? `--${name}` : `--${name} (${argument.allowed})`))
    .join(", ") || "none";
