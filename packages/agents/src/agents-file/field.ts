import { z } from "zod";

/** Reports a problem: the rest of a line that says what was given and what is allowed. */
export type Refuse = (problem: string) => undefined;

/** A schema whose value `read` returns. If `read` returns undefined, it has called `refuse`. */
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

/** The given value for a line of output, at most 60 characters. */
export const describeGiven = (given: unknown): string => {
  if (given === undefined) return "is missing";
  const json = JSON.stringify(given);
  return `is ${json.length > 60 ? `${json.slice(0, 59)}…` : json}`;
};
