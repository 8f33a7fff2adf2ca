import { createHmac } from "node:crypto";

/** The key in a Standard Webhooks secret: `whsec_` and 24 to 64 bytes in base64. Null for any other text. */
export const parseWebhookSecret = (secret: string): Buffer | null => {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  if (encoded === undefined) return null;
  const key = Buffer.from(encoded, "base64");
  return key.length >= 24 && key.length <= 64 ? key : null;
};

/** The three headers that Standard Webhooks requires. `now` is in milliseconds since the epoch. */
export const signWebhook = (
  key: Buffer,
  { id, now, body }: { readonly id: string; readonly now: number; readonly body: string },
): Readonly<Record<string, string>> => {
  const timestamp = Math.floor(now / 1_000);
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": `v1,${signature}`,
  };
};
