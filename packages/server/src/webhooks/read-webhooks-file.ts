import { createReadStream } from "node:fs";
import { parseWebhookSecret } from "@adjourn/agents";
import { SettingError } from "../settings.js";
import { describeMistake } from "./describe-mistake.js";
import type { WebhookEndpoint } from "./webhook-endpoint.js";
import { repeatedId, secretForm, toEndpoint, webhookFile } from "./webhook-entry.js";

const maxFileBytes = 1_048_576;

/**
 * The endpoints of the file. docs/webhooks.md gives the format.
 * @throws SettingError of one line that names the file, without a secret
 */
export const readWebhooksFile = async (
  path: string,
  readVariable: (name: string) => string | undefined,
): Promise<readonly WebhookEndpoint[]> => {
  const refuse = (why: string): never => {
    throw new SettingError(`WEBHOOKS_FILE ${path}: ${why}`);
  };
  const given = parseJson(await readBounded(path, refuse), refuse);
  const parsed = webhookFile.safeParse(given);
  if (!parsed.success) return refuse(describeMistake(parsed.error.issues[0], given));
  const endpoints = parsed.data.map((entry, index) =>
    toEndpoint(
      entry,
      entry.secretEnv.map((name) => {
        const value = readVariable(name)?.trim() ?? "";
        const place = `[${index}].secretEnv names ${name}, which`;
        if (value === "") return refuse(`${place} is not set; allowed: a variable with a whsec_… secret`);
        return parseWebhookSecret(value) ?? refuse(`${place} has another form; allowed: ${secretForm}`);
      }),
    ),
  );
  const repeated = repeatedId(endpoints);
  return repeated === undefined
    ? endpoints
    : refuse(`the id "${repeated}" is there twice; allowed: each id once`);
};

type Refuse = (why: string) => never;

/** Reads at most one byte more than is allowed, because the path may be a device without an end. */
const readBounded = async (path: string, refuse: Refuse): Promise<string> => {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(path, { end: maxFileBytes })) chunks.push(chunk);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    return refuse(`can't be read (${code}); allowed: the path of a JSON file`);
  }
  const bytes = Buffer.concat(chunks);
  return bytes.length > maxFileBytes ? refuse("is longer than that; allowed: 1 MiB") : bytes.toString("utf8");
};

const parseJson = (text: string, refuse: Refuse): unknown => {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return refuse("is not JSON; allowed: a JSON list of endpoints");
  }
};
