/** What a request asks for; the path as it was sent, since resolving `..` would change which session is meant. */
export interface Address {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Of a request's target; one that names the server too (as proxies send it) is taken without that. */
export const readAddress = (target = "/"): Address => {
  const local = target.replace(/^https?:\/\/[^/?#]*/i, "");
  const at = local.indexOf("?");
  return at === -1
    ? { path: local, query: new URLSearchParams() }
    : { path: local.slice(0, at), query: new URLSearchParams(local.slice(at + 1)) };
};
