import type { IncomingMessage } from "node:http";
import type { ValidationIssue } from "@adjourn/sessions";
import type { RequestTarget } from "../requests/request-target.js";
import { requireJsonDepth } from "../requests/require-json-depth.js";
import { requireOrdinaryKeys } from "../requests/require-ordinary-keys.js";
import { eventsRoute, type QueryKind, type Route } from "./routes.js";

type Fields = Readonly<Record<string, unknown>>;

/** The input from a request's address, before its body is read. `issues` are reported later, after key and role. */
export interface AddressInput {
  readonly fields: Fields;
  readonly issues: readonly ValidationIssue[];
}

export const readAddressInput = (
  route: Route,
  parameters: Readonly<Record<string, string>>,
  target: RequestTarget,
): AddressInput => {
  const issues: ValidationIssue[] = [];
  const fields: Record<string, unknown> = {};
  if (target.query !== "") readQuery(route, target, fields, issues);
  for (const name in parameters) {
    const decoded = decode(parameters[name] ?? "");
    if (decoded === null) issues.push({ path: name, message: "is not well-formed percent-encoding" });
    else fields[name] = decoded;
  }
  if (!isWellEncoded(target.query))
    issues.push({ path: "", message: "the query is not well-formed percent-encoding" });
  return { fields, issues };
};

/** The input of a subscription, from an address of events whose session id is `segment`, still encoded. */
export const readEventsAddress = (segment: string, target: RequestTarget): AddressInput =>
  readAddressInput(eventsRoute, { sessionId: segment }, target);

const readQuery = (
  route: Route,
  { search }: RequestTarget,
  fields: Record<string, unknown>,
  issues: ValidationIssue[],
): void => {
  for (const [name, kind] of Object.entries(route.query)) {
    const values = search.getAll(name);
    if (values.length > 1) issues.push({ path: name, message: "is given more than once" });
    if (values[0] !== undefined) fields[name] = toValue(values[0], kind);
  }
};

/** Merges address, body and headers. The body cannot override the address. */
export const mergeInput = (
  route: Route,
  { fields }: AddressInput,
  body: Fields,
  { headers }: IncomingMessage,
): Fields => {
  // Checked here as well, since not every field of a body reaches a procedure.
  requireJsonDepth(body);
  requireOrdinaryKeys(body);
  const merged: Record<string, unknown> = Object.assign({}, body, fields);
  if (route.idempotent) merged.idempotencyKey = headers["idempotency-key"];
  // A reconnecting EventSource keeps its address, so the header is newer.
  if (route.operation === "sessionEvents")
    merged.lastEventId = headers["last-event-id"] ?? merged.lastEventId;
  return merged;
};

const toValue = (text: string, kind: QueryKind): string | number =>
  kind === "number" && /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text;

/** Whether URLSearchParams can decode it without replacement characters. */
export const isWellEncoded = (query: string): boolean => decode(query.replaceAll("+", " ")) !== null;

const decode = (encoded: string): string | null => {
  if (!encoded.includes("%")) return encoded;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
};
