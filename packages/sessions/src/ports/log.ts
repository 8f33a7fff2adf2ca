import type { JsonObject } from "../model/session.js";

/** `fields` never hold a secret or the content of a message. */
export interface Log {
  info(message: string, fields?: JsonObject): void;
  warn(message: string, fields?: JsonObject): void;
  error(message: string, fields?: JsonObject): void;
}
