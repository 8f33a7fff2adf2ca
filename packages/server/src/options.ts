import { defaultHistoryLimit, defaultReplyTimeoutSeconds } from "@adjourn/agents";
import { dialectNames, type NamedKey } from "@adjourn/router";
import { type Agent, defaultTimeoutSettings, longestDurationMinutes } from "@adjourn/sessions";
import { z } from "zod";
import { readAddressList } from "./network-address.js";
import { tracesUrlBelow } from "./observability/tracing/tracing.js";
import {
  defaultRateLimitPerMinute,
  logLevels,
  minKeyCharacters,
  minSecretCharacters,
  SettingError,
  type Settings,
  type TrustedProxies,
} from "./settings.js";
import { maxWebhookEndpoints, toEndpoint, webhookOption } from "./webhooks/webhook-entry.js";

/** An agent of the program itself. What is left out is as for an agent in a file. */
export type AgentOption = Pick<Agent, "id" | "name" | "reply"> & Partial<Agent>;

/** A key, or a key with the name that endings show as their `actor`. */
export type KeyOption = string | { readonly name: string; readonly key: string };

const { defaults, limits } = defaultTimeoutSettings;

const minutes = (preset: number) => z.int().min(1).max(longestDurationMinutes).default(preset);
const key = z
  .string()
  .regex(/^[\x21-\x7e]+$/, "a key has visible ASCII characters only")
  .min(minKeyCharacters);
const keys = z
  .array(z.union([key, z.strictObject({ name: z.string().regex(/^[\w.-]{1,64}$/), key })]))
  .readonly()
  .default([]);
const origins = z
  .array(z.url().refine((given) => new URL(given).origin === given, "an origin has no path"))
  .readonly()
  .default([]);

/** An agent is an object of the program, with its methods, and passes unchanged. */
const agent = z.custom<AgentOption>(
  (given) =>
    z.looseObject({ id: z.uuid(), name: z.string(), reply: z.custom(isFunction) }).safeParse(given).success,
  "an agent has a UUID for an id, a name and reply()",
);

function isFunction(given: unknown): boolean {
  return typeof given === "function";
}

const schema = z.strictObject({
  databaseUrl: z
    .string()
    .regex(/^(file:[^\s?#]|postgres(ql)?:\/\/)/, "file:<path> or postgres://…")
    .default("file:./data/adjourn.db"),
  redisUrl: z
    .string()
    .regex(/^rediss?:\/\//, "redis://… or rediss://…")
    .optional(),
  redisPrefix: z
    .string()
    .regex(/^[\w.:-]{1,64}$/)
    .default("adjourn"),
  agents: z.array(agent).readonly().default([]),
  agentsFile: z.string().min(1).optional(),
  webhooks: z.array(webhookOption).max(maxWebhookEndpoints).readonly().default([]),
  webhooksFile: z.string().min(1).optional(),
  webhooksAllowPrivate: z.boolean().default(false),
  /** Where variables that the files name are read, such as `process.env`. */
  env: z.record(z.string(), z.string().optional()).readonly().default({}),
  adminKeys: keys,
  serviceKeys: keys,
  secret: z.string().min(minSecretCharacters).optional(),
  sessionDefaultTimeoutMinutes: minutes(defaults.timeoutMinutes),
  sessionMinTimeoutMinutes: minutes(limits.minTimeoutMinutes),
  sessionMaxTimeoutMinutes: minutes(limits.maxTimeoutMinutes),
  sessionMaxDurationMinutes: minutes(defaults.maxDurationMinutes),
  sessionWarningThresholdMinutes: minutes(defaults.warningThresholdMinutes),
  sessionAutoRenew: z.boolean().default(defaults.autoRenew),
  retentionDays: z.int().min(1).max(36_500).optional(),
  restDialect: z.enum(dialectNames).default("documented"),
  socketIo: z.boolean().default(false),
  rateLimitPerMinute: z.int().min(0).max(1_000_000).optional(),
  allowedOrigins: origins,
  trustProxy: z.union([z.boolean(), z.array(z.string()).readonly()]).default(false),
  dashboardPort: z.int().min(1).max(65_535).default(3_001),
  dashboardUrls: origins,
  /** A collector for OTLP over HTTP. The SDK reads its other settings in the program's environment. */
  otelExporterOtlpEndpoint: z.url({ protocol: /^https?$/, error: "http://… or https://…" }).optional(),
  logLevel: z.enum(logLevels).default("info"),
});

/** The settings of an embedded server. All of them may be left out. */
export type AdjournOptions = z.input<typeof schema>;
type Options = z.output<typeof schema>;

/** @throws SettingError for the first option that is invalid or contradicts another */
export const readOptions = (
  given: AdjournOptions,
): { readonly settings: Settings; readonly agents: readonly Agent[] } => {
  const parsed = schema.safeParse(given);
  const issue = parsed.error?.issues[0];
  if (issue) throw new SettingError(`${issue.path.join(".") || "options"}: ${issue.message}`);
  // Without an issue there is data; TypeScript cannot narrow zod's union by the check above.
  const options = parsed.data as Options;
  for (const [name, isWrong, why] of contradictions(options))
    if (isWrong) throw new SettingError(`${name}: ${why}`);
  return { settings: toSettings(options), agents: options.agents.map(toAgent) };
};

type Contradiction = readonly [name: keyof Options, isWrong: boolean, why: string];

const contradictions = (options: Options): readonly Contradiction[] => {
  const { sessionDefaultTimeoutMinutes: timeout, sessionMinTimeoutMinutes: min } = options;
  const given = [...options.adminKeys, ...options.serviceKeys].map(toNamedKey);
  const isShared = options.redisUrl !== undefined && options.databaseUrl.startsWith("file:");
  const repeats = new Set(given.map(({ key }) => key)).size < given.length;
  return [
    ["redisUrl", isShared, "only with a postgres:// database; no two processes share a file"],
    ["serviceKeys", repeats, "no key may be given twice"],
    ["sessionMinTimeoutMinutes", min > options.sessionMaxTimeoutMinutes, "above sessionMaxTimeoutMinutes"],
    ["sessionDefaultTimeoutMinutes", timeout < min, "below sessionMinTimeoutMinutes"],
    [
      "sessionDefaultTimeoutMinutes",
      timeout > options.sessionMaxTimeoutMinutes,
      "above sessionMaxTimeoutMinutes",
    ],
    [
      "sessionMaxDurationMinutes",
      options.sessionMaxDurationMinutes < timeout,
      "below sessionDefaultTimeoutMinutes",
    ],
  ];
};

const toSettings = (options: Options): Settings => {
  const { otelExporterOtlpEndpoint: endpoint } = options;
  const adminKeys = options.adminKeys.map(toNamedKey);
  const serviceKeys = options.serviceKeys.map(toNamedKey);
  const isKeyless = adminKeys.length + serviceKeys.length === 0;
  return {
    ...options,
    // Nothing listens; the program around it does.
    host: "127.0.0.1",
    port: 0,
    redisUrl: options.redisUrl ?? null,
    agentsFile: options.agentsFile ?? null,
    webhooksFile: options.webhooksFile ?? null,
    webhooks: options.webhooks.map((entry) => toEndpoint(entry, entry.secret)),
    readVariable: (name) => (Object.hasOwn(options.env, name) ? options.env[name] : undefined),
    adminKeys,
    serviceKeys,
    secret: options.secret ?? null,
    timeouts: {
      defaults: {
        timeoutMinutes: options.sessionDefaultTimeoutMinutes,
        autoRenew: options.sessionAutoRenew,
        maxDurationMinutes: options.sessionMaxDurationMinutes,
        warningThresholdMinutes: options.sessionWarningThresholdMinutes,
      },
      limits: {
        minTimeoutMinutes: options.sessionMinTimeoutMinutes,
        maxTimeoutMinutes: options.sessionMaxTimeoutMinutes,
      },
    },
    retentionDays: options.retentionDays ?? null,
    // Without keys, only connections over loopback are served.
    rateLimitPerMinute: options.rateLimitPerMinute ?? (isKeyless ? 0 : defaultRateLimitPerMinute),
    trustProxy: readProxies(options.trustProxy),
    tracing: endpoint === undefined ? null : { tracesUrl: tracesUrlBelow(endpoint), protocol: "http/json" },
    drainDelaySeconds: 0,
    drainSeconds: 0,
  };
};

/** Not copied by spread: an agent may be an instance of a class. */
const toAgent = (given: AgentOption): Agent => ({
  id: given.id,
  name: given.name,
  kind: given.kind ?? "custom",
  replyTimeoutSeconds: given.replyTimeoutSeconds ?? defaultReplyTimeoutSeconds,
  historyLimit: given.historyLimit ?? defaultHistoryLimit,
  ...(given.timeoutConfig ? { timeoutConfig: given.timeoutConfig } : {}),
  ...(given.replyOrder ? { replyOrder: given.replyOrder } : {}),
  reply: (turn) => given.reply(turn),
});

const toNamedKey = (given: KeyOption): NamedKey =>
  typeof given === "string" ? { name: null, key: given } : given;

const readProxies = (given: Options["trustProxy"]): TrustedProxies => {
  if (typeof given === "boolean") return given ? "peer" : "none";
  const list = readAddressList(given.join(","));
  if (list === null) throw new SettingError("trustProxy: IP addresses and networks, or a boolean");
  return list;
};
