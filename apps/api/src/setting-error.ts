import { SettingError, withoutSecrets } from "@adjourn/server";

const secretNames: readonly string[] = ["ADJOURN_ADMIN_KEY", "ADJOURN_SERVICE_KEY", "ADJOURN_SECRET"];

/** One line that names the variable, its value and the allowed values. Secrets are never shown. */
export const settingError = (
  env: NodeJS.ProcessEnv,
  name: string,
  allowed: string,
  byDefault?: unknown,
): SettingError =>
  new SettingError(`${name} is ${describe(name, env[name], byDefault)}; allowed: ${allowed}`);

/** Whether the value has the form of a URL, which may contain a password. */
const isAddress = (given: string): boolean => given.includes("://");

/** The given value on one line, without secrets. */
const describe = (name: string, given: string | undefined, byDefault: unknown): string => {
  if (given === undefined)
    return byDefault === undefined ? "not set" : `not set and thus ${String(byDefault)}`;
  if (given === "") return "empty";
  if (secretNames.includes(name)) return `set to ${given.length} characters, not shown`;
  const shown = JSON.stringify(isAddress(given) ? withoutSecrets(given) : given);
  return shown.length > 200 ? `${shown.slice(0, 199)}…` : shown;
};
