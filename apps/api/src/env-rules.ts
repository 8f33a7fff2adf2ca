import { isLoopback, longestDurationMinutes, type NamedKey } from "@adjourn/server";
import type { Variables } from "./env-variables.js";

type Contradiction = readonly [name: keyof Variables, isWrong: boolean, allowed: string];

/** Rules that involve more than one variable. */
export const contradictions = (values: Variables): readonly Contradiction[] => {
  const min = values.SESSION_MIN_TIMEOUT_MINUTES;
  const max = values.SESSION_MAX_TIMEOUT_MINUTES;
  const timeout = values.SESSION_DEFAULT_TIMEOUT_MINUTES;
  const adminKeys = values.ADJOURN_ADMIN_KEY ?? [];
  const keysGiven = [...adminKeys, ...(values.ADJOURN_SERVICE_KEY ?? [])];
  return [
    [
      "HOST",
      keysGiven.length === 0 && !isLoopback(values.HOST),
      "a loopback address as long as neither ADJOURN_ADMIN_KEY nor ADJOURN_SERVICE_KEY is set",
    ],
    [
      "DASHBOARD_HOST",
      keysGiven.length === 0 && !isLoopback(values.DASHBOARD_HOST),
      "a loopback address as long as neither ADJOURN_ADMIN_KEY nor ADJOURN_SERVICE_KEY is set",
    ],
    [
      "REDIS_URL",
      values.REDIS_URL !== undefined && values.DATABASE_URL.startsWith("file:"),
      "only with DATABASE_URL=postgres://…, since no two processes may share a database file",
    ],
    [
      "DASHBOARD_PORT",
      values.DASHBOARD_PORT !== undefined && values.DASHBOARD_PORT === values.PORT,
      "another port than PORT",
    ],
    ["ADJOURN_ADMIN_KEY", repeats(adminKeys), "keys that differ from each other"],
    [
      "ADJOURN_SERVICE_KEY",
      repeats(keysGiven),
      "keys that differ from each other and from those of ADJOURN_ADMIN_KEY",
    ],
    ["SESSION_MIN_TIMEOUT_MINUTES", min > max, `at most SESSION_MAX_TIMEOUT_MINUTES (${max})`],
    [
      "SESSION_DEFAULT_TIMEOUT_MINUTES",
      timeout < min || timeout > max,
      `from SESSION_MIN_TIMEOUT_MINUTES (${min}) to SESSION_MAX_TIMEOUT_MINUTES (${max})`,
    ],
    [
      "SESSION_MAX_DURATION_MINUTES",
      values.SESSION_MAX_DURATION_MINUTES < timeout,
      `from SESSION_DEFAULT_TIMEOUT_MINUTES (${timeout}) to ${longestDurationMinutes}`,
    ],
  ];
};

const repeats = (keys: readonly NamedKey[]): boolean =>
  new Set(keys.map(({ key }) => key)).size < keys.length;
