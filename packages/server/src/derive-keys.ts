import { hkdfSync, randomBytes } from "node:crypto";
import type { SigningKeys } from "@adjourn/router";

/** One key per purpose, so that a leak of one key does not affect the others. */
export interface DerivedKeys extends SigningKeys {
  /** Authenticates the messages between nodes over Redis. */
  readonly events: Uint8Array;
}

const label = { session: "session tokens", ticket: "tickets", events: "events between nodes" } as const;

/** HKDF-SHA-256, 32 bytes per key. The same secret gives the same keys on every node and after every restart. */
export const deriveKeys = (secret: string): DerivedKeys => {
  const derive = (use: keyof typeof label): Uint8Array =>
    new Uint8Array(hkdfSync("sha256", secret, "adjourn", label[use], 32));
  return { session: derive("session"), ticket: derive("ticket"), events: derive("events") };
};

/** 256 random bits as text. */
export const randomSecret = (): string => randomBytes(32).toString("base64url");
