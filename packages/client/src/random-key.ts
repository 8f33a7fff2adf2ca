/** An idempotency key. `crypto.randomUUID` is missing on pages that are not served over HTTPS. */
export const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
