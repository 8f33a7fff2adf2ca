import { BlockList, isIP } from "node:net";
import { z } from "zod";

const hostName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const isHost = (given: string) => isIP(given) !== 0 || (hostName.test(given) && !/^[\d.]+$/.test(given));

const readOrigins = (given: string): readonly string[] | null => {
  const origins = given.split(",");
  const isOrigin = (origin: string) =>
    URL.canParse(origin) &&
    /^https?:$/.test(new URL(origin).protocol) &&
    new URL(origin).origin === origin.toLowerCase() &&
    // A wildcard is a valid URL, but would never match.
    !origin.includes("*");
  return origins.every(isOrigin) ? origins.map((origin) => new URL(origin).origin) : null;
};

/** Nobody, whoever connects, or these addresses. */
export type TrustedProxies = "none" | "peer" | BlockList;

const readProxies = (given: string): TrustedProxies | null => {
  if (given === "1") return "peer";
  const proxies = new BlockList();
  for (const part of given.split(",")) {
    const [address = "", bits, ...rest] = part.split("/");
    const family = isIP(address);
    const longest = family === 4 ? 32 : 128;
    const length = bits === undefined ? longest : Number(/^\d{1,3}$/.test(bits) ? bits : "NaN");
    if (family === 0 || rest.length > 0 || !(length <= longest)) return null;
    proxies.addSubnet(address, length, family === 4 ? "ipv4" : "ipv6");
  }
  return proxies;
};

/** Whether a host, as a setting or a `Host` header has it (port off), is this machine alone. */
export const isLoopbackName = (host: string): boolean => {
  const name = host.toLowerCase();
  return name === "localhost" || name === "::1" || name === "[::1]" || /^127(\.\d{1,3}){3}$/.test(name);
};

/** The value that `read` makes of what was given; null from it refuses. */
const read = <T>(parse: (given: string) => T | null) =>
  z.string().transform((given, ctx): T => {
    const value = parse(given);
    if (value !== null) return value;
    ctx.addIssue({ code: "custom" });
    return z.NEVER;
  });

const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""));

const settings = {
  DASHBOARD_PORT: {
    schema: z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number)
      .pipe(z.int().min(1).max(65_535))
      .default(3001),
    allowed: "a port from 1 to 65535",
  },
  DASHBOARD_HOST: {
    schema: z.string().refine(isHost).default("127.0.0.1"),
    allowed: "an IP address or a host name",
  },
  DASHBOARD_URL: {
    schema: read(readOrigins).default([]),
    allowed: "origins such as https://adjourn.example.com, comma-separated",
  },
  TRUST_PROXY: {
    schema: read(readProxies).default("none"),
    allowed: "1, or IP addresses and networks, comma-separated",
  },
  API_URL: { schema: httpUrl.default("http://127.0.0.1:3000"), allowed: "an http or https address" },
  PUBLIC_API_URL: { schema: httpUrl.optional(), allowed: "an http or https address" },
  ADJOURN_SECRET: {
    schema: z
      .string()
      .refine((secret) => secret.trim().length >= 32)
      .optional(),
    allowed: "at least 32 characters",
  },
} as const;

export interface Env {
  readonly host: string;
  readonly port: number;
  /** The origins that browsers know it by, where a proxy stands before it. */
  readonly publicOrigins: readonly string[];
  /** The peers whose `X-Forwarded-*` headers are trusted. */
  readonly trustProxy: TrustedProxies;
  /** Where this server finds the API; no slash at the end. */
  readonly apiUrl: string;
  /** Where the browser finds it. */
  readonly publicApiUrl: string;
  /** Null where none is set. */
  readonly secret: string | null;
  readonly development: boolean;
}

/** A setting that is wrong, in one line: its name, what was given and what is allowed. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}

type Source = Readonly<Record<string, string | undefined>>;

const setting = <Name extends keyof typeof settings>(
  name: Name,
  source: Source,
): z.output<(typeof settings)[Name]["schema"]> => {
  const { schema, allowed } = settings[name];
  const parsed = schema.safeParse(source[name]);
  if (parsed.success) return parsed.data as z.output<(typeof settings)[Name]["schema"]>;
  const given = name === "ADJOURN_SECRET" ? "a shorter one" : `${JSON.stringify(source[name])}`;
  const shown = given.length > 200 ? `${given.slice(0, 199)}…` : given;
  throw new SettingError(`${name} must be ${allowed}, but it is ${shown}`);
};

/** @throws SettingError */
export const readEnv = (source: Source): Env => {
  const apiUrl = setting("API_URL", source);
  const host = setting("DASHBOARD_HOST", source);
  if (!isLoopbackName(host) && !source.ADJOURN_ADMIN_KEY && !source.ADJOURN_SERVICE_KEY)
    throw new SettingError(
      `DASHBOARD_HOST must be a loopback address as long as neither ADJOURN_ADMIN_KEY nor ADJOURN_SERVICE_KEY is set, but it is ${JSON.stringify(host)}`,
    );
  return {
    host,
    port: setting("DASHBOARD_PORT", source),
    publicOrigins: setting("DASHBOARD_URL", source),
    trustProxy: setting("TRUST_PROXY", source),
    apiUrl,
    publicApiUrl: setting("PUBLIC_API_URL", source) ?? apiUrl,
    secret: setting("ADJOURN_SECRET", source) ?? null,
    development: source.NODE_ENV === "development",
  };
};

let known: Env | undefined;

/** Read at the first request, not at the build. */
export const env = (): Env => {
  known ??= readEnv(process.env);
  return known;
};
