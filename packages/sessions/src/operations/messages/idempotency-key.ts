import type { IdempotencyKey } from "../../ports/index.js";

/** The key with a fingerprint of the request; null if the caller gave no key. */
export const toIdempotencyKey = async (
  key: string | undefined,
  request: unknown,
): Promise<IdempotencyKey | null> =>
  key === undefined ? null : { key, fingerprint: await hash(canonical(request)) };

/** JSON that does not depend on the order of keys. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

const hash = async (text: string): Promise<string> => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};
