import { SessionError } from "@adjourn/sessions";

/** The largest body, in bytes. */
export const maxBodyBytes = 128 * 1_024;

export const bodyTooLarge = (maxBytes = maxBodyBytes): SessionError =>
  new SessionError("PAYLOAD_TOO_LARGE", `The body is larger than ${maxBytes} bytes`, { maxBytes });
