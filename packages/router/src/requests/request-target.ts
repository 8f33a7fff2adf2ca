import { type SessionError, validationError } from "@adjourn/sessions";

/** A parsed request target. REST, tRPC, upgrades, pages and the log all use this one. */
export interface RequestTarget {
  /** As sent, still encoded. Resolving `..` or `%2e%2e` would change which session is addressed. */
  readonly path: string;
  /** Still encoded, without its question mark. */
  readonly query: string;
  readonly search: URLSearchParams;
}

/**
 * Parses a request target; the origin of an absolute one, as proxies send it, is dropped.
 * @returns null for a target with a fragment. No client sends one, and parsers disagree about it: `new URL` drops it.
 */
export const parseRequestTarget = (target = "/"): RequestTarget | null => {
  if (target.includes("#")) return null;
  const local = target.startsWith("/") ? target : target.replace(/^https?:\/\/[^/?]*/i, "");
  const at = local.indexOf("?");
  const [path, query] = at === -1 ? [local, ""] : [local.slice(0, at), local.slice(at + 1)];
  return new ParsedTarget(path, query);
};

/** Most requests have no query, or one that nobody reads as a whole. */
class ParsedTarget implements RequestTarget {
  private parsed: URLSearchParams | null = null;

  constructor(
    readonly path: string,
    readonly query: string,
  ) {}

  get search(): URLSearchParams {
    this.parsed ??= new URLSearchParams(this.query);
    return this.parsed;
  }
}

/** The error for a target that cannot be parsed. */
export const unreadableTarget = (): SessionError =>
  validationError({ path: "", message: "the request target can't have a fragment" });
