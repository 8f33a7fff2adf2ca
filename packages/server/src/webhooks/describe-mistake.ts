import { describeGiven } from "@adjourn/agents";
import type { z } from "zod";
import { fileEntryFields } from "./webhook-entry.js";

/** A mistake of the file as the rest of a line: its place, what was given and what is allowed, without a secret. */
export const describeMistake = (issue: z.core.$ZodIssue | undefined, file: unknown): string => {
  if (issue === undefined) return "is invalid; allowed: a JSON list of endpoints";
  const place = issue.path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("");
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    return `${place} has ${JSON.stringify(key.slice(0, 60))}; allowed: ${fileEntryFields.join(", ")}`;
  }
  return `${place} ${describeValue(valueAt(file, issue.path), issue.path.at(-1))}; ${issue.message}`.trimStart();
};

const valueAt = (file: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, part) => (typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined),
    file,
  );

const describeValue = (given: unknown, name: PropertyKey | undefined): string => {
  if (typeof given === "object" && given !== null) return Array.isArray(given) ? "is a list" : "is an object";
  if (typeof given !== "string") return describeGiven(given);
  // The secret itself may have been given in place of its variable's name.
  if (name === "secretEnv") return "is no name";
  return name === "url" && given.includes("@") ? "has a user or password in it" : describeGiven(given);
};
