import { isIP } from "node:net";
import type { NamedKey } from "@adjourn/router";
import { defaultTimeoutSettings, longestDurationMinutes, type TimeoutSettings } from "@adjourn/sessions";
import { z } from "zod";
import { allowedKeys, parseKeys } from "./keys.js";
import { isLoopback } from "./loopback.js";
import { type AddressList, readAddressList } from "./network-address.js";
import { withoutSecrets } from "./without-secrets.js";

/** Whom `X-Forwarded-*` is believed from: nobody, whoever connects, or these addresses. */
export type TrustedProxies = "none" | "peer" | AddressList;

/** Everything that can be set from outside, checked. */
export interface Settings {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly dashboardPort: number;
  /** The dashboard's public origins, where a proxy stands before it. */
  readonly dashboardUrls: readonly string[];
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
  readonly redisPrefix: string;
  readonly agentsFile: string | null;
  readonly adminKeys: readonly NamedKey[];
  readonly serviceKeys: readonly NamedKey[];
  /** Null: the one that the store keeps. */
  readonly secret: string | null;
  readonly timeouts: TimeoutSettings;
  /** Null keeps them for ever. */
  readonly retentionDays: number | null;
  readonly restDialect: "documented" | "elizaos";
  /** Requests a minute and address; 0 for no limit. */
  readonly rateLimitPerMinute: number;
  readonly allowedOrigins: readonly string[];
  readonly trustProxy: TrustedProxies;
  /** How long it keeps serving after it was told to stop, while `/readyz` answers 503. */
  readonly drainDelaySeconds: number;
  readonly drainSeconds: number;
  readonly logLevel: (typeof logLevels)[number];
}

/** A setting that stops the start; its message is the one line to print. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
const dialects = ["documented", "elizaos"] as const;
const minSecretCharacters = 32;
const longAgoDays = 36_500;
const secretNames: readonly string[] = ["ADJOURN_ADMIN_KEY", "ADJOURN_SERVICE_KEY", "ADJOURN_SECRET"];

/** The value that `read` makes of what was given; undefined from it refuses with `allowed`. */
const setting = <T>(allowed: string, read: (given: string) => T | undefined) =>
  z.string().transform((given, ctx): T => {
    const value = read(given);
    if (value !== undefined) return value;
    ctx.addIssue({ code: "custom", message: allowed });
    return z.NEVER;
  });

const whole = (min: number, max: number) =>
  setting(`a whole number from ${min} to ${max}`, (given) => {
    if (!/^(0|[1-9]\d{0,8})$/.test(given)) return undefined;
    const number = Number(given);
    return number >= min && number <= max ? number : undefined;
  });

const oneOf = <T extends string>(...allowed: readonly T[]) =>
  setting(allowed.join(", "), (given) => allowed.find((value) => value === given));

const keys = setting(allowedKeys, (given) => parseKeys(given) ?? undefined);

const hostName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const isHost = (given: string) => isIP(given) !== 0 || (hostName.test(given) && !/^[\d.]+$/.test(given));

const url = (given: string, ...protocols: readonly string[]) =>
  URL.canParse(given) && protocols.includes(new URL(given).protocol) && !/\s/.test(given);

const readOrigins = (given: string): readonly string[] | undefined => {
  const origins = given.split(",");
  const isOrigin = (origin: string) =>
    url(origin, "http:", "https:") && new URL(origin).origin === origin.toLowerCase();
  return origins.every(isOrigin) ? origins.map((origin) => new URL(origin).origin) : undefined;
};

const readProxies = (given: string): TrustedProxies | undefined =>
  given === "1" ? "peer" : (readAddressList(given) ?? undefined);

const { defaults, limits } = defaultTimeoutSettings;
const host = setting("an IP address or a host name", (given) => (isHost(given) ? given : undefined));

const variables = z.object({
  HOST: host.default("127.0.0.1"),
  PORT: whole(0, 65_535).default(3_000),
  DASHBOARD_PORT: whole(1, 65_535).optional(),
  DASHBOARD_HOST: host.default("127.0.0.1"),
  DASHBOARD_URL: setting("origins such as https://adjourn.example.com, comma-separated", readOrigins).default(
    [],
  ),
  DATABASE_URL: setting("file:<path> or postgres://…", (given) =>
    /^file:[^\s?#]/.test(given) || url(given, "postgres:", "postgresql:") ? given : undefined,
  ).default("file:./data/adjourn.db"),
  REDIS_URL: setting("redis://… or rediss://…, with a database's number for a path or none", (given) =>
    url(given, "redis:", "rediss:") && /^\/?\d*$/.test(new URL(given).pathname) ? given : undefined,
  ).optional(),
  REDIS_PREFIX: setting("1 to 64 letters, digits, and . _ : -", (given) =>
    /^[\w.:-]{1,64}$/.test(given) ? given : undefined,
  ).default("adjourn"),
  AGENTS_FILE: setting("the path of a JSON file", (given) => given.trim() || undefined).optional(),
  ADJOURN_ADMIN_KEY: keys.optional(),
  ADJOURN_SERVICE_KEY: keys.optional(),
  ADJOURN_SECRET: setting(`at least ${minSecretCharacters} characters`, (given) =>
    given.trim().length >= minSecretCharacters ? given : undefined,
  ).optional(),
  SESSION_DEFAULT_TIMEOUT_MINUTES: whole(1, longestDurationMinutes).default(defaults.timeoutMinutes),
  SESSION_MIN_TIMEOUT_MINUTES: whole(1, longestDurationMinutes).default(limits.minTimeoutMinutes),
  SESSION_MAX_TIMEOUT_MINUTES: whole(1, longestDurationMinutes).default(limits.maxTimeoutMinutes),
  SESSION_MAX_DURATION_MINUTES: whole(1, longestDurationMinutes).default(defaults.maxDurationMinutes),
  SESSION_WARNING_THRESHOLD_MINUTES: whole(1, longestDurationMinutes).default(
    defaults.warningThresholdMinutes,
  ),
  SESSION_AUTO_RENEW: oneOf("true", "false", "yes", "no", "1", "0")
    .transform((given) => ["true", "yes", "1"].includes(given))
    .default(defaults.autoRenew),
  RETENTION_DAYS: whole(1, longAgoDays).optional(),
  REST_DIALECT: oneOf(...dialects).default("documented"),
  RATE_LIMIT_PER_MINUTE: whole(0, 1_000_000).optional(),
  ALLOWED_ORIGINS: setting("origins such as https://app.example.com, comma-separated", readOrigins).default(
    [],
  ),
  TRUST_PROXY: setting("1, or IP addresses and networks, comma-separated", readProxies).default("none"),
  DRAIN_DELAY_SECONDS: whole(0, 3_600).default(0),
  DRAIN_SECONDS: whole(0, 3_600).default(30),
  LOG_LEVEL: oneOf(...logLevels).default("info"),
});

/** For the keys of model endpoints, whose variables the agents file names. */
export const lookUpVariable = (name: string): string | undefined =>
  Object.hasOwn(process.env, name) ? process.env[name] : undefined;

type Variables = z.output<typeof variables>;

/**
 * Reads the environment; a variable that is there counts, an empty one too.
 * @throws SettingError for the first that is wrong or contradicts another
 */
export const readSettings = (env: NodeJS.ProcessEnv = process.env): Settings => {
  const parsed = variables.safeParse(env);
  const issue = parsed.error?.issues[0];
  if (issue) throw refuse(env, String(issue.path[0]), issue.message);
  // Without an issue there is data; zod's union just can't say so after the question above.
  const values = parsed.data as Variables;
  for (const [name, isWrong, allowed] of contradictions(values))
    if (isWrong) throw refuse(env, name, allowed, values[name]);
  return toSettings(values);
};

type Contradiction = readonly [name: keyof Variables, isWrong: boolean, allowed: string];

const contradictions = (values: Variables): readonly Contradiction[] => {
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

const toSettings = (values: Variables): Settings => ({
  host: values.HOST,
  port: values.PORT,
  dashboardPort: values.DASHBOARD_PORT ?? 3_001,
  dashboardUrls: values.DASHBOARD_URL,
  databaseUrl: values.DATABASE_URL,
  redisUrl: values.REDIS_URL ?? null,
  redisPrefix: values.REDIS_PREFIX,
  agentsFile: values.AGENTS_FILE ?? null,
  adminKeys: values.ADJOURN_ADMIN_KEY ?? [],
  serviceKeys: values.ADJOURN_SERVICE_KEY ?? [],
  secret: values.ADJOURN_SECRET ?? null,
  timeouts: {
    defaults: {
      timeoutMinutes: values.SESSION_DEFAULT_TIMEOUT_MINUTES,
      autoRenew: values.SESSION_AUTO_RENEW,
      maxDurationMinutes: values.SESSION_MAX_DURATION_MINUTES,
      warningThresholdMinutes: values.SESSION_WARNING_THRESHOLD_MINUTES,
    },
    limits: {
      minTimeoutMinutes: values.SESSION_MIN_TIMEOUT_MINUTES,
      maxTimeoutMinutes: values.SESSION_MAX_TIMEOUT_MINUTES,
    },
  },
  retentionDays: values.RETENTION_DAYS ?? null,
  restDialect: values.REST_DIALECT,
  rateLimitPerMinute: values.RATE_LIMIT_PER_MINUTE ?? (isLoopback(values.HOST) ? 0 : 600),
  allowedOrigins: values.ALLOWED_ORIGINS,
  trustProxy: values.TRUST_PROXY,
  drainDelaySeconds: values.DRAIN_DELAY_SECONDS,
  drainSeconds: values.DRAIN_SECONDS,
  logLevel: values.LOG_LEVEL,
});

const refuse = (env: NodeJS.ProcessEnv, name: string, allowed: string, byDefault?: unknown): SettingError =>
  new SettingError(`${name} is ${describe(name, env[name], byDefault)}; allowed: ${allowed}`);

/** Whether it begins as an address does that may have a password in it. */
const isAddress = (given: string): boolean => given.includes("://");

/** What was given, on one line, without what nobody else should read. */
const describe = (name: string, given: string | undefined, byDefault: unknown): string => {
  if (given === undefined)
    return byDefault === undefined ? "not set" : `not set and thus ${String(byDefault)}`;
  if (given === "") return "empty";
  if (secretNames.includes(name)) return `set to ${given.length} characters, not shown`;
  const shown = JSON.stringify(isAddress(given) ? withoutSecrets(given) : given);
  return shown.length > 200 ? `${shown.slice(0, 199)}…` : shown;
};
