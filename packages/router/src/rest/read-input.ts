import type { IncomingMessage } from "node:http";
import type { ValidationIssue } from "@adjourn/sessions";
import type { RequestTarget } from "../requests/request-target.js";
import { requireJsonDepth } from "../requests/require-json-depth.js";
import { requireOrdinaryKeys } from "../requests/require-ordinary-keys.js";
import type { QueryKind, Route } from "./routes.js";

type Fields = Readonly<Record<string, unknown>>;

/** What a request's address says, before its body is read. `issues` are for later: key and role are judged first. */
export interface AddressInput {
  readonly fields: Fields;
  readonly issues: readonly ValidationIssue[];
}

export const readAddressInput = (
  route: Route,
  parameters: Readonly<Record<string, string>>,
  { query, search }: RequestTarget,
): AddressInput => {
  const issues: ValidationIssue[] = [];
  const fields: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(route.query)) {
    const values = search.getAll(name);
    if (values.length > 1) issues.push({ path: name, message: "is given more than once" });
    if (values[0] !== undefined) fields[name] = toValue(values[0], kind);
  }
  for (const [name, encoded] of Object.entries(parameters)) {
    const decoded = decode(encoded);
    if (decoded === null) issues.push({ path: name, message: "is not well-formed percent-encoding" });
    else fields[name] = decoded;
  }
  if (!isWellEncoded(query))
    issues.push({ path: "", message: "the query is not well-formed percent-encoding" });
  return { fields, issues };
};

/** Puts address, body and headers together; what the address names, a body can't override. */
export const mergeInput = (
  route: Route,
  { fields }: AddressInput,
  body: Fields,
  { headers }: IncomingMessage,
): Fields => {
  // Here too, since not every field of a body gets as far as a procedure.
  requireJsonDepth(body);
  requireOrdinaryKeys(body);
  const merged: Record<string, unknown> = { ...body, ...fields };
  if (route.idempotent) merged.idempotencyKey = headers["idempotency-key"];
  // An EventSource that reconnects keeps its address, so the header is the newer one.
  if (route.operation === "sessionEvents")
    merged.lastEventId = headers["last-event-id"] ?? merged.lastEventId;
  return merged;
};

const toValue = (text: string, kind: QueryKind): string | number =>
  kind === "number" && /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text;

/** False for what URLSearchParams would put replacement characters in the place of. */
export const isWellEncoded = (query: string): boolean => decode(query.replaceAll("+", " ")) !== null;

const decode = (encoded: string): string | null => {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
};
