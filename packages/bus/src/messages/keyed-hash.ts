import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";

/** HMAC-SHA-256 over several texts, each terminated by a NUL so that their boundaries are part of the hash. Only the last text may contain a NUL. */
export interface KeyedHash {
  /** 43 characters of base64url. */
  sign(...texts: readonly string[]): string;
  /** Compares in constant time. */
  matches(signature: string, ...texts: readonly string[]): boolean;
}

export const createKeyedHash = (key: Uint8Array): KeyedHash => {
  const secret = createSecretKey(key);
  const digest = (texts: readonly string[]): Buffer =>
    createHmac("sha256", secret).update(texts.join("\0"), "utf8").digest();
  return {
    sign: (...texts) => digest(texts).toString("base64url"),
    matches(signature, ...texts) {
      const given = Buffer.from(signature, "base64url");
      const expected = digest(texts);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
};
