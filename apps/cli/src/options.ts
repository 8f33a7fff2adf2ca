import { UsageError } from "./command.js";

/** The options that several commands have. */
export const json = { type: "boolean", description: "The server's answer as JSON, for programs" } as const;
export const reason = {
  type: "string",
  description: "Why, in your own words; kept with the ending",
  valueHint: "text",
} as const;
export const user = { type: "string", description: "Only this user's", valueHint: "id" } as const;
export const agent = { type: "string", description: "Only this agent's", valueHint: "id" } as const;
export const q = {
  type: "string",
  description: "Only where all these words were said, or are in the metadata",
  valueHint: "words",
} as const;
export const from = { type: "string", description: "Not before this ISO time", valueHint: "time" } as const;
export const to = { type: "string", description: "Before this ISO time", valueHint: "time" } as const;
export const activities = ["replying", "listened"] as const;
export const activity = {
  type: "string",
  description: "Only where a reply is in flight (replying), or where there are listeners (listened)",
  valueHint: "kind",
} as const;
export const limit = {
  type: "string",
  description: "How many at most, 1 to 1000; 100",
  valueHint: "n",
} as const;
export const userId = { type: "positional", required: true, description: "The user's id" } as const;
export const sessionId = { type: "positional", required: true, description: "The session's id" } as const;

/** The one of the allowed words that an option was given; undefined if it was not given. */
export const oneOf = <const Word extends string>(
  name: string,
  value: string | undefined,
  allowed: readonly Word[],
): Word | undefined => {
  if (value === undefined) return undefined;
  const word = allowed.find((other) => other === value);
  if (word === undefined)
    throw new UsageError(`The option --${name} is ${JSON.stringify(value)}; allowed: ${allowed.join(", ")}`);
  return word;
};

/** The whole number that an option was given; undefined if it was not given. */
export const wholeNumber = (name: string, value: string | undefined, max: number): number | undefined => {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < 1 || number > max)
    throw new UsageError(`The option --${name} is ${JSON.stringify(value)}; allowed: 1 to ${max}`);
  return number;
};
