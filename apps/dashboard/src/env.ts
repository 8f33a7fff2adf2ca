import { z } from "zod";

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
  readonly port: number;
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

const read = <Name extends keyof typeof settings>(
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
  const apiUrl = read("API_URL", source);
  return {
    port: read("DASHBOARD_PORT", source),
    apiUrl,
    publicApiUrl: read("PUBLIC_API_URL", source) ?? apiUrl,
    secret: read("ADJOURN_SECRET", source) ?? null,
    development: source.NODE_ENV === "development",
  };
};

let known: Env | undefined;

/** Read at the first request, not at the build. */
export const env = (): Env => {
  known ??= readEnv(process.env);
  return known;
};
