import { isIP } from "node:net";
import {
  defaultTimeoutSettings,
  dialectNames,
  logLevels,
  longestDurationMinutes,
  minSecretCharacters,
  readAddressList,
  type TrustedProxies,
} from "@adjourn/server";
import { z } from "zod";
import { allowedKeys, parseKeys } from "./keys.js";

const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;
const longAgoDays = 36_500;
/** The longest time of OpenTelemetry's SDK that its timers keep, in ms. */
const longestMs = 999_999_999;

/** A variable that `read` converts; if it returns undefined, the value is refused with `allowed`. */
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
  // A wildcard is a valid URL, but would never match.
  const isOrigin = (origin: string) =>
    url(origin, "http:", "https:") &&
    new URL(origin).origin === origin.toLowerCase() &&
    !origin.includes("*");
  return origins.every(isOrigin) ? origins.map((origin) => new URL(origin).origin) : undefined;
};

const readProxies = (given: string): TrustedProxies | undefined =>
  given === "1" ? "peer" : (readAddressList(given) ?? undefined);

const { defaults, limits } = defaultTimeoutSettings;
const host = setting("an IP address or a host name", (given) => (isHost(given) ? given : undefined));

const endpoint = setting("http://… or https://…", (given) =>
  url(given, "http:", "https:") ? given : undefined,
);

/** Every variable that the process reads, with its allowed values and its default. */
export const variables = z.object({
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
  WEBHOOKS_FILE: setting("the path of a JSON file", (given) => given.trim() || undefined).optional(),
  WEBHOOKS_ALLOW_PRIVATE: oneOf("1", "0")
    .transform((given) => given === "1")
    .default(false),
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
  REST_DIALECT: oneOf(...dialectNames).default("documented"),
  SOCKET_IO: oneOf("on", "off")
    .transform((given) => given === "on")
    .default(false),
  RATE_LIMIT_PER_MINUTE: whole(0, 1_000_000).optional(),
  ALLOWED_ORIGINS: setting("origins such as https://app.example.com, comma-separated", readOrigins).default(
    [],
  ),
  TRUST_PROXY: setting("1, or IP addresses and networks, comma-separated", readProxies).default("none"),
  DRAIN_DELAY_SECONDS: whole(0, 3_600).default(0),
  DRAIN_SECONDS: whole(0, 3_600).default(30),
  // Read only while traces are on. Of a bad one the SDK would take its default without a word.
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf("http/json", "http/protobuf").default("http/json"),
  OTEL_TRACES_SAMPLER: oneOf(...samplers).optional(),
  OTEL_TRACES_SAMPLER_ARG: setting("a number from 0 to 1", (given) =>
    /^(0(\.\d+)?|1(\.0+)?)$/.test(given) ? Number(given) : undefined,
  ).optional(),
  OTEL_EXPORTER_OTLP_TIMEOUT: whole(1, longestMs).optional(),
  OTEL_BSP_SCHEDULE_DELAY: whole(0, longestMs).optional(),
  OTEL_BSP_MAX_QUEUE_SIZE: whole(1, 1_000_000).optional(),
  OTEL_SDK_DISABLED: oneOf("true", "false").optional(),
  LOG_LEVEL: oneOf(...logLevels).default("info"),
});

export type Variables = z.output<typeof variables>;
