import { requireAccess } from "../access.js";
import type { Principal } from "../context.js";
import { requireNoStrayKey } from "./idempotency-key.js";
import { requireJsonDepth } from "./require-json-depth.js";
import { requireOrdinaryKeys } from "./require-ordinary-keys.js";

/**
 * The checks of an operation's input before its schema parses it, the same on every wire.
 * @throws SessionError `UNAUTHORIZED`, `FORBIDDEN`, `VALIDATION_ERROR`
 */
export const checkInput = (operation: string, principal: Principal, input: unknown): void => {
  requireAccess(operation, principal, input);
  requireJsonDepth(input);
  requireOrdinaryKeys(input);
  requireNoStrayKey(operation, input);
};
