import { parseWebhookSecret } from "@adjourn/agents";
import { webhookEvents } from "@adjourn/sessions";
import { z } from "zod";
import type { WebhookEndpoint } from "./webhook-endpoint.js";

export const maxWebhookEndpoints = 100;
const maxSecrets = 10;
const maxAgents = 1_000;

export const secretForm = "whsec_ and 24 to 64 bytes in base64";

const isTarget = (given: string): boolean => {
  if (!URL.canParse(given)) return false;
  const { protocol, username, password } = new URL(given);
  return ["http:", "https:"].includes(protocol) && username === "" && password === "";
};

/** Several secrets are in use while an endpoint changes from one to another. */
const oneOrSeveral = <Item extends z.ZodType>(item: Item, allowed: string) =>
  z.union([item.transform((given) => [given]), z.array(item).min(1).max(maxSecrets)], {
    error: `allowed: ${allowed}, or a list of 1 to ${maxSecrets}`,
  });

/** At least one item. Zod names only the first mistake, so each check has the same words. */
const someOf = <Item extends z.ZodType>(item: Item, { max, allowed }: { max: number; allowed: string }) =>
  z.array(item, allowed).min(1, allowed).max(max, allowed);

const allowedId = "allowed: 1 to 64 letters, digits, and _ . -";
const allowedUrl = "allowed: an http:// or https:// address without a user";
const eventNames = webhookEvents.join(", ");

const fields = {
  id: z.string(allowedId).regex(/^[\w.-]{1,64}$/, allowedId),
  url: z.string(allowedUrl).refine(isTarget, allowedUrl),
  events: someOf(z.enum(webhookEvents, `allowed: ${eventNames}`), {
    max: webhookEvents.length,
    allowed: `allowed: a list of ${eventNames}`,
  }).default([...webhookEvents]),
  agentIds: someOf(z.guid("allowed: the UUIDs of agents").toLowerCase(), {
    max: maxAgents,
    allowed: `allowed: a list of 1 to ${maxAgents} UUIDs of agents`,
  }).optional(),
};

const whsec = z.string().transform((given, ctx): Buffer => {
  const key = parseWebhookSecret(given.trim());
  if (key) return key;
  ctx.addIssue({ code: "custom", message: `allowed: ${secretForm}` });
  return z.NEVER;
});

/** An entry of the file, whose secrets are variables. */
const webhookFileEntry = z.strictObject(
  { ...fields, secretEnv: oneOrSeveral(z.string().regex(/^[A-Za-z_]\w*$/), "the name of a variable") },
  "allowed: an object",
);

export const fileEntryFields = Object.keys(webhookFileEntry.shape);

/** An endpoint of the program itself. */
export const webhookOption = z.strictObject({
  ...fields,
  secret: oneOrSeveral(whsec, secretForm),
});

export const webhookFile = z
  .array(webhookFileEntry, "allowed: a JSON list of endpoints")
  .max(maxWebhookEndpoints, `allowed: at most ${maxWebhookEndpoints} endpoints`);

type Entry = Pick<z.output<typeof webhookFileEntry>, keyof typeof fields>;

export const toEndpoint = (
  { id, url, events, agentIds }: Entry,
  keys: readonly Buffer[],
): WebhookEndpoint => ({
  id,
  url: new URL(url).href,
  keys,
  events: [...new Set(events)],
  agentIds: agentIds ?? null,
});

/** The id that two endpoints have; undefined if there is none. */
export const repeatedId = (endpoints: readonly WebhookEndpoint[]): string | undefined =>
  endpoints.map(({ id }) => id).find((id, i, ids) => ids.indexOf(id) !== i);
