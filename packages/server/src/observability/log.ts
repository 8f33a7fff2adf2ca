import type { Log } from "@adjourn/sessions";
import { type Logger, pino, stdSerializers } from "pino";
import pretty from "pino-pretty";
import type { Settings } from "../settings.js";
import { censor, hideSecrets } from "./redact-secrets.js";

/** What must not be read in a log, wherever in an entry it stands. */
const secrets = ["authorization", "cookie", "token", "ticket", "x-api-key", "set-cookie", "apiKey", "secret"];

export type { Logger };

type LogSettings = Pick<
  Settings,
  "logLevel" | "adminKeys" | "serviceKeys" | "secret" | "databaseUrl" | "redisUrl"
>;

/** JSON lines on stdout; on a terminal something for people. No line leaves with a secret in it. */
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
    process.stdout.isTTY ? pretty({ sync: true, singleLine: true }) : process.stdout,
  );

export const toLog = (logger: Logger): Log => ({
  info: (message, fields) => logger.info(fields ?? {}, message),
  warn: (message, fields) => logger.warn(fields ?? {}, message),
  error: (message, fields) => logger.error(fields ?? {}, message),
});

/** Query fields whose values may be read in a log; in any other a caller may have put what lets its bearer in. */
const shownFields = "agentId|userId|limit|cursor|before|after|cause|lastEventId|batch|input";

/** An address as the log may have it. */
export const loggableUrl = (url: string): string =>
  url.replace(new RegExp(`([?&#])(?!(?:${shownFields})=)([^=&#]*=)?[^&#]*`, "g"), `$1$2${censor}`);
