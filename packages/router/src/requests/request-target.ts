import { type SessionError, validationError } from "@adjourn/sessions";

/** What a request asks for, read once and for all: REST, tRPC, upgrades, pages and the log go by this. */
export interface RequestTarget {
  /** As it was sent, still encoded: resolving `..`, and `%2e%2e` too, would change which session is meant. */
  readonly path: string;
  /** Still encoded, without its question mark. */
  readonly query: string;
  readonly search: URLSearchParams;
}

/**
 * A request's target, one that names the server too (as proxies send it) without that. Null where it has a fragment, which
 * no client sends: `new URL` leaves it away, and a reader that does not would read another query.
 */
export const parseRequestTarget = (target = "/"): RequestTarget | null => {
  if (target.includes("#")) return null;
  const local = target.replace(/^https?:\/\/[^/?]*/i, "");
  const at = local.indexOf("?");
  const [path, query] = at === -1 ? [local, ""] : [local.slice(0, at), local.slice(at + 1)];
  return { path, query, search: new URLSearchParams(query) };
};

/** What a target that can't be read is refused with. */
export const unreadableTarget = (): SessionError =>
  validationError({ path: "", message: "the request target can't have a fragment" });
