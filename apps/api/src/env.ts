import { defaultRateLimitPerMinute, isLoopback, type Settings, tracesUrlBelow } from "@adjourn/server";
import { contradictions } from "./env-rules.js";
import { type Variables, variables } from "./env-variables.js";
import { settingError } from "./setting-error.js";

/**
 * Reads the environment. A variable that is set counts, even if it is empty.
 * @throws SettingError for the first variable that is invalid or contradicts another
 */
export const readSettings = (env: NodeJS.ProcessEnv = process.env): Settings => {
  const parsed = variables.safeParse(hasTracing(env) ? env : withoutOtel(env));
  const issue = parsed.error?.issues[0];
  if (issue) throw settingError(env, String(issue.path[0]), issue.message);
  // Without an issue there is data; TypeScript cannot narrow zod's union by the check above.
  const values = parsed.data as Variables;
  for (const [name, isWrong, allowed] of contradictions(values))
    if (isWrong) throw settingError(env, name, allowed, values[name]);
  return toSettings(values, env);
};

const toSettings = (values: Variables, env: NodeJS.ProcessEnv): Settings => ({
  host: values.HOST,
  port: values.PORT,
  dashboardPort: values.DASHBOARD_PORT ?? 3_001,
  dashboardUrls: values.DASHBOARD_URL,
  databaseUrl: values.DATABASE_URL,
  redisUrl: values.REDIS_URL ?? null,
  redisPrefix: values.REDIS_PREFIX,
  agentsFile: values.AGENTS_FILE ?? null,
  webhooksFile: values.WEBHOOKS_FILE ?? null,
  webhooks: [],
  webhooksAllowPrivate: values.WEBHOOKS_ALLOW_PRIVATE,
  readVariable: (name) => (Object.hasOwn(env, name) ? env[name] : undefined),
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
  socketIo: values.SOCKET_IO,
  rateLimitPerMinute:
    values.RATE_LIMIT_PER_MINUTE ?? (isLoopback(values.HOST) ? 0 : defaultRateLimitPerMinute),
  allowedOrigins: values.ALLOWED_ORIGINS,
  trustProxy: values.TRUST_PROXY,
  tracing: readTracing(values),
  drainDelaySeconds: values.DRAIN_DELAY_SECONDS,
  drainSeconds: values.DRAIN_SECONDS,
  logLevel: values.LOG_LEVEL,
});

const hasTracing = (env: NodeJS.ProcessEnv): boolean =>
  env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined && env.OTEL_SDK_DISABLED !== "true";

/** While traces are off, a host's OTEL_ variables are for its other programs, and none of them may stop the start. */
const withoutOtel = (env: NodeJS.ProcessEnv): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("OTEL_")));

/** The endpoint turns traces on; what is for traces alone says where they go. */
const readTracing = (values: Variables): Settings["tracing"] => {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces } = values;
  if (endpoint === undefined) return null;
  return { tracesUrl: traces ?? tracesUrlBelow(endpoint), protocol: values.OTEL_EXPORTER_OTLP_PROTOCOL };
};
