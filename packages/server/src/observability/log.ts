import { createRequire } from "node:module";
import type { Log } from "@adjourn/sessions";
import { type Logger, pino, stdSerializers } from "pino";
import type { default as Pretty } from "pino-pretty";
import type { Settings } from "../settings.js";
import { censor, hideSecrets } from "./redact-secrets.js";

/** Field names whose values are redacted at any depth. */
const secrets = ["authorization", "cookie", "token", "ticket", "x-api-key", "set-cookie", "apiKey", "secret"];

export type { Logger };

type LogSettings = Pick<
  Settings,
  "logLevel" | "adminKeys" | "serviceKeys" | "secret" | "databaseUrl" | "redisUrl"
>;

/** Logs JSON lines to stdout, or readable lines to a terminal. Secrets are redacted from every line. */
export const createLogger = (settings: LogSettings): Logger =>
  pino(
    {
      level: settings.logLevel,
      hooks: { streamWrite: hideSecrets(settings) },
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: stdSerializers.err },
      redact: {
        paths: secrets.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
        censor,
      },
    },
    process.stdout.isTTY ? readableLines() : process.stdout,
  );

/** Only a terminal needs this package, whose loading takes longer than that of the log itself. */
const readableLines = () => {
  // Its exports have the declared type; `require` has none.
  const pretty = createRequire(import.meta.url)("pino-pretty") as typeof Pretty;
  return pretty({ sync: true, singleLine: true });
};

export const toLog = (logger: Logger): Log => ({
  info: (message, fields) => logger.info(fields ?? {}, message),
  warn: (message, fields) => logger.warn(fields ?? {}, message),
  error: (message, fields) => logger.error(fields ?? {}, message),
});

/** Query fields whose values may be logged. Any other may hold a credential. */
const shownFields = "agentId|userId|limit|cursor|before|after|cause|lastEventId|batch|input";

/** A request target as it may be logged. */
export const loggableUrl = (url: string): string =>
  url.replace(new RegExp(`([?&#])(?!(?:${shownFields})=)([^=&#]*=)?[^&#]*`, "g"), `$1$2${censor}`);
