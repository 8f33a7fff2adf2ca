import type { DialectName, NamedKey } from "@adjourn/router";
import type { TimeoutSettings } from "@adjourn/sessions";
import type { AddressList } from "./network-address.js";
import type { TracingSettings } from "./observability/tracing/tracing.js";
import type { WebhookEndpoint } from "./webhooks/webhook-endpoint.js";

/** Whose `X-Forwarded-*` headers are believed: nobody's, any direct peer's, or these addresses'. */
export type TrustedProxies = "none" | "peer" | AddressList;

/** Least length of an admin or service key. */
export const minKeyCharacters = 16;
/** Least length of the secret. */
export const minSecretCharacters = 32;
/** Requests per minute and address where nothing else is set and not only loopback is served. */
export const defaultRateLimitPerMinute = 600;

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** Every setting of a server, checked. */
export interface Settings {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly dashboardPort: number;
  /** The dashboard's public origins, for a dashboard behind a proxy. */
  readonly dashboardUrls: readonly string[];
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
  readonly redisPrefix: string;
  readonly agentsFile: string | null;
  readonly webhooksFile: string | null;
  /** Endpoints of the program itself, besides those of the file. */
  readonly webhooks: readonly WebhookEndpoint[];
  /** Whether webhooks may be sent to private and loopback addresses. */
  readonly webhooksAllowPrivate: boolean;
  /** Reads a variable that the agents or the webhooks file names, such as the key of a model endpoint. */
  readonly readVariable: (name: string) => string | undefined;
  readonly adminKeys: readonly NamedKey[];
  readonly serviceKeys: readonly NamedKey[];
  /** Null uses the secret that the store keeps. */
  readonly secret: string | null;
  readonly timeouts: TimeoutSettings;
  /** Null keeps endings and messages for ever. */
  readonly retentionDays: number | null;
  readonly restDialect: DialectName;
  /** Whether Socket.IO is served at `/socket.io/`. */
  readonly socketIo: boolean;
  /** Requests per minute and address; 0 for no limit. */
  readonly rateLimitPerMinute: number;
  readonly allowedOrigins: readonly string[];
  readonly trustProxy: TrustedProxies;
  /** How long the server keeps serving after a stop was requested, while `/readyz` answers 503. */
  readonly drainDelaySeconds: number;
  readonly drainSeconds: number;
  /** Null exports no traces, and loads nothing for them. */
  readonly tracing: TracingSettings | null;
  readonly logLevel: (typeof logLevels)[number];
}

/** A setting that prevents the start. Its message is the one line to print. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}
