import type { ValidationIssue } from "@adjourn/sessions";
import { invalidEnvelope } from "../errors/refusal.js";
import { type Route, routes } from "../rest/routes.js";

const takers: ReadonlySet<string> = new Set(
  routes.filter(({ idempotent }) => idempotent).map(({ operation }) => operation),
);

const noKey = { path: "idempotencyKey", message: "this operation takes no idempotency key" };

/**
 * Refuses an idempotency key where the operation takes none. Ignoring it would let the caller repeat the operation.
 * @throws SessionError `VALIDATION_ERROR` for an input with a key where the operation takes none
 */
export const requireNoStrayKey = (operation: string, input: unknown): void => {
  if (takers.has(operation) || typeof input !== "object" || input === null) return;
  if ("idempotencyKey" in input && input.idempotencyKey !== undefined)
    throw invalidEnvelope([noKey], operation, input);
};

/** Like the above for REST, where the key is a header. */
export const strayKeyHeader = (
  { idempotent }: Pick<Route, "idempotent">,
  header: string | string[] | undefined,
): readonly ValidationIssue[] => (idempotent || header === undefined ? [] : [noKey]);
