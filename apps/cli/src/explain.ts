import { stripVTControlCharacters } from "node:util";
import { sessionErrorOf } from "@adjourn/client";
import { UsageError } from "./command.js";
import { SettingError } from "./env.js";
import { printable } from "./printable.js";

/** 0: success. 1: refused by the server. 2: invalid usage or setting. 3: no answer. 130: stopped while it waited. */
export type ExitCode = 0 | 1 | 2 | 3 | 130;

export interface Explanation {
  readonly line: string;
  readonly exitCode: ExitCode;
}

/** Any error as one line and an exit code. */
export const explain = (error: unknown, url: string): Explanation => {
  if (error instanceof SettingError || isUsage(error))
    return { line: stripVTControlCharacters(error.message), exitCode: 2 };
  if (error instanceof DOMException && error.name === "AbortError")
    return { line: "Stopped waiting; what was sent stays sent", exitCode: 130 };
  const message = error instanceof Error ? error.message : String(error);
  const refusal = sessionErrorOf(error);
  if (refusal)
    return { line: printable(`${refusal.code}: ${message}${detailsOf(refusal.details)}`), exitCode: 1 };
  return { line: `No answer from ${url}: ${message}`, exitCode: 3 };
};

// citty doesn't export its error's class.
const isUsage = (error: unknown): error is Error =>
  error instanceof UsageError || (error instanceof Error && error.name === "CLIError");

const detailsOf = (details: Readonly<Record<string, unknown>>): string =>
  Object.keys(details).length === 0 ? "" : ` ${JSON.stringify(details)}`;
