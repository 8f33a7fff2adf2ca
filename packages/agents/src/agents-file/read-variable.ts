import { field, type Refuse } from "./field.js";

/** The value of an environment variable; undefined if it is not set. */
export type EnvLookup = (name: string) => string | undefined;

interface Wanted<T> {
  readonly env: EnvLookup;
  /** The form of value that the variable must have, for an error. */
  readonly allowed: string;
  readonly read: (value: string) => T | null;
}

/** The value of the variable that the entry names. An error never repeats the entry's text, which could be the secret itself. */
export const fromEnv = <T>(wanted: Wanted<T>) =>
  field((given, refuse) => readVariable(given, refuse, wanted));

export const readVariable = <T>(
  given: unknown,
  refuse: Refuse,
  { env, allowed, read }: Wanted<T>,
): T | undefined => {
  if (typeof given !== "string" || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(given))
    return refuse(
      `${given === undefined ? "is missing" : "is no name"}; allowed: an environment variable's name`,
    );
  // An object has inherited names that are no variables, such as `__proto__`.
  const found: unknown = env(given);
  const value = typeof found === "string" ? found.trim() : "";
  if (value === "") return refuse(`names ${given}, which is not set; allowed: ${allowed}`);
  return read(value) ?? refuse(`names ${given}, whose value has another form; allowed: ${allowed}`);
};
