import {
  parseTimeoutConfig,
  resolveTimeoutConfig,
  SessionError,
  type TimeoutSettings,
} from "@adjourn/sessions";
import { z } from "zod";
import { parseWebhookSecret } from "./webhook-signature.js";

/** The value of an environment variable, undefined where it is not set. */
export type EnvLookup = (name: string) => string | undefined;

/** Refuses with the rest of a line: what was given and what is allowed. */
type Refuse = (problem: string) => undefined;

/** The value that `read` makes of what was given; where it makes none, it has refused. */
const field = <T>(read: (given: unknown, refuse: Refuse) => T | undefined) =>
  z.unknown().transform((given, ctx): T => {
    let problem = "can't be used";
    const value = read(given, (why) => {
      problem = why;
      return undefined;
    });
    if (value !== undefined) return value;
    ctx.addIssue({ code: "custom", message: problem });
    return z.NEVER;
  });

/** What was given, for a line of output: at most 60 characters. */
export const describeGiven = (given: unknown): string => {
  if (given === undefined) return "is missing";
  const json = JSON.stringify(given);
  return `is ${json.length > 60 ? `${json.slice(0, 59)}…` : json}`;
};

const text = (max: number) =>
  field((given, refuse) =>
    typeof given === "string" && given.trim() !== "" && given.length <= max
      ? given
      : refuse(`${describeGiven(given)}; allowed: text of 1 to ${max} characters`),
  );

const whole = (min: number, max: number) =>
  field((given, refuse) =>
    typeof given === "number" && Number.isInteger(given) && given >= min && given <= max
      ? given
      : refuse(`${describeGiven(given)}; allowed: a whole number from ${min} to ${max}`),
  );

const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const id = field((given, refuse) =>
  typeof given === "string" && uuidForm.test(given)
    ? given.toLowerCase()
    : refuse(`${describeGiven(given)}; allowed: a UUID`),
);

const url = (allowed: string, isAllowed: (url: URL) => boolean) =>
  field((given, refuse) => {
    const parsed = typeof given === "string" && URL.canParse(given) ? new URL(given) : null;
    // What stands in for a password is not repeated.
    if (parsed && (parsed.username !== "" || parsed.password !== ""))
      return refuse(`has a user or password in it; allowed: ${allowed}`);
    return typeof given === "string" && parsed && /^https?:$/.test(parsed.protocol) && isAllowed(parsed)
      ? given
      : refuse(`${describeGiven(given)}; allowed: ${allowed}`);
  });

const baseUrl = url(
  "an http or https address without user, query and fragment",
  ({ search, hash }) => search === "" && hash === "",
);

const webhookUrl = url("an http or https address without user and fragment", ({ hash }) => hash === "");

/** The value of the variable that the entry names. A value in its place is never repeated: it could be the secret. */
const fromEnv = <T>(env: EnvLookup, allowed: string, read: (value: string) => T | null) =>
  field((given, refuse) => {
    if (typeof given !== "string" || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(given))
      return refuse(
        `${given === undefined ? "is missing" : "is no name"}; allowed: an environment variable's name`,
      );
    const value = env(given)?.trim();
    if (value === undefined || value === "")
      return refuse(`names ${given}, which is not set; allowed: ${allowed}`);
    return read(value) ?? refuse(`names ${given}, whose value has another form; allowed: ${allowed}`);
  });

const timeoutConfig = (timeouts: TimeoutSettings) =>
  field((given, refuse) => {
    try {
      const config = parseTimeoutConfig(given, timeouts.limits);
      const unknown = Object.keys(given ?? {}).find((name) => !Object.hasOwn(timeouts.defaults, name));
      if (unknown !== undefined)
        return refuse(
          `has the unknown field ${JSON.stringify(unknown)}; allowed: ${Object.keys(timeouts.defaults).join(", ")}`,
        );
      resolveTimeoutConfig(config, {}, timeouts.defaults);
      return config;
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      const { field: name, given: value, allowed } = error.details;
      return refuse(
        name === "timeoutConfig"
          ? `${describeGiven(value)}; allowed: ${allowed}`
          : `has a ${name} that ${describeGiven(value)}; allowed: ${allowed}`,
      );
    }
  });

/** What an entry of each kind may hold. */
export const entrySchemas = ({ env, timeouts }: { env: EnvLookup; timeouts: TimeoutSettings }) => {
  const every = {
    id,
    name: text(100),
    timeoutConfig: timeoutConfig(timeouts).optional(),
    replyTimeoutSeconds: whole(1, 3_600).optional(),
  };
  const historyLimit = whole(0, 100).optional();
  return {
    echo: z.strictObject({ kind: z.literal("echo"), ...every }),
    typewriter: z.strictObject({ kind: z.literal("typewriter"), ...every }),
    openai: z.strictObject({
      kind: z.literal("openai"),
      ...every,
      historyLimit,
      baseUrl,
      model: text(200),
      apiKeyEnv: fromEnv(env, "a variable that holds a key without spaces", (value) =>
        /^[\x21-\x7e]+$/.test(value) ? value : null,
      ).optional(),
      systemPrompt: text(100_000).optional(),
    }),
    webhook: z.strictObject({
      kind: z.literal("webhook"),
      ...every,
      historyLimit,
      url: webhookUrl,
      secretEnv: fromEnv(
        env,
        "a variable that holds whsec_ and 24 to 64 bytes in base64",
        parseWebhookSecret,
      ),
    }),
  };
};

export type EntrySchemas = ReturnType<typeof entrySchemas>;
export type AgentKind = keyof EntrySchemas;
export type AgentEntry = z.output<EntrySchemas[AgentKind]>;
