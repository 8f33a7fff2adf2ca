import {
  parseTimeoutConfig,
  replyOrders,
  resolveTimeoutConfig,
  SessionError,
  type TimeoutSettings,
} from "@adjourn/sessions";
import { z } from "zod";
import { parseWebhookSecret } from "../webhook/sign-webhook.js";
import { describeGiven, field } from "./field.js";
import { modelHeaders, modelParameters } from "./model-fields.js";
import { type EnvLookup, fromEnv } from "./read-variable.js";

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

const flag = field((given, refuse) =>
  typeof given === "boolean" ? given : refuse(`${describeGiven(given)}; allowed: true or false`),
);

const replyOrder = field(
  (given, refuse) =>
    replyOrders.find((order) => order === given) ??
    refuse(
      `${describeGiven(given)}; allowed: ${replyOrders.map((order) => JSON.stringify(order)).join(" or ")}`,
    ),
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
    // The address is not repeated, because it contains a password.
    if (parsed && (parsed.username !== "" || parsed.password !== ""))
      return refuse(`has a user or password in it; allowed: ${allowed}`);
    return typeof given === "string" && parsed && /^https?:$/.test(parsed.protocol) && isAllowed(parsed)
      ? given
      : refuse(`${describeGiven(given)}; allowed: ${allowed}`);
  });

const address = url("an http or https address without user and fragment", ({ hash }) => hash === "");

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

/** The schema of an entry, for each kind of agent. */
export const entrySchemas = ({ env, timeouts }: { env: EnvLookup; timeouts: TimeoutSettings }) => {
  const every = {
    id,
    name: text(100),
    timeoutConfig: timeoutConfig(timeouts).optional(),
    replyTimeoutSeconds: whole(1, 3_600).optional(),
  };
  const historyLimit = whole(0, 100).optional();
  const replies = replyOrder.optional();
  return {
    echo: z.strictObject({ kind: z.literal("echo"), ...every }),
    typewriter: z.strictObject({ kind: z.literal("typewriter"), ...every }),
    openai: z
      .strictObject({
        kind: z.literal("openai"),
        ...every,
        historyLimit,
        replies,
        baseUrl: address,
        model: text(200),
        apiKeyEnv: fromEnv({
          env,
          allowed: "a variable that holds a key without spaces",
          read: (value) => (/^[\x21-\x7e]+$/.test(value) ? value : null),
        }).optional(),
        systemPrompt: text(100_000).optional(),
        headers: modelHeaders(env).optional(),
        parameters: modelParameters.optional(),
        keepThinking: flag.optional(),
      })
      .refine(({ apiKeyEnv, headers }) => apiKeyEnv === undefined || headers?.authorization === undefined, {
        path: ["headers"],
        message: "has authorization, which apiKeyEnv sets; allowed: one of the two",
      }),
    webhook: z.strictObject({
      kind: z.literal("webhook"),
      ...every,
      historyLimit,
      replies,
      url: address,
      secretEnv: fromEnv({
        env,
        allowed: "a variable that holds whsec_ and 24 to 64 bytes in base64",
        read: parseWebhookSecret,
      }),
    }),
  };
};

export type EntrySchemas = ReturnType<typeof entrySchemas>;
export type AgentKind = keyof EntrySchemas;
export type AgentEntry = z.output<EntrySchemas[AgentKind]>;
