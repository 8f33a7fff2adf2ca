import { createHash, randomBytes } from "node:crypto";
import {
  type CredentialOptions,
  createCredentials,
  type SigningKeys,
} from "../src/credentials/credentials.js";

export const adminKey = "admin-key-0123456789";
export const serviceKey = "service-key-01234567";
export const sessionId = "11111111-2222-4333-8444-555555555555";
/** Who brought something that opens nothing. */
export const invalid = { role: "nobody", why: "invalid" };

/** Keys that only whoever knows `secret` has. */
export const keysOf = (secret: string): SigningKeys => {
  const derive = (label: string) => createHash("sha256").update(`${label} ${secret}`).digest();
  return { session: derive("session"), ticket: derive("ticket") };
};
export const signingKeys = keysOf(randomBytes(32).toString("hex"));

export const clock = { time: 1_700_000_000_000 };

export const create = (options: Partial<CredentialOptions> = {}) =>
  createCredentials({
    adminKeys: [{ name: "ops", key: adminKey }],
    serviceKeys: [{ name: null, key: serviceKey }],
    signingKeys,
    now: () => clock.time,
    ...options,
  });
