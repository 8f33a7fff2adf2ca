import { z } from "zod";

/** Refuses with the rest of a line: what was given and what is allowed. */
export type Refuse = (problem: string) => undefined;

/** The value that `read` makes of what was given; where it makes none, it has refused. */
export const field = <T>(read: (given: unknown, refuse: Refuse) => T | undefined) =>
  z.unknown().transform((given, ctx): T => {
    let problem = "can't be used";
    const value = read(given, (why) => {
      problem = why;
      return undefined;
    });
    if (value !== undefined) return value;
    ctx.addIssue({ code: "custom", message: problem });
    return z.NEVER;
  });

/** What was given, for a line of output: at most 60 characters. */
export const describeGiven = (given: unknown): string => {
  if (given === undefined) return "is missing";
  const json = JSON.stringify(given);
  return `is ${json.length > 60 ? `${json.slice(0, 59)}…` : json}`;
};
