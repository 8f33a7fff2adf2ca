/**
 * What a request asks for; one that names the server too (as proxies send it) is taken without that. Not `new URL`, which
 * would resolve `..`, and `%2e%2e` too, before we see the session id that it stands for.
 */
export const splitTarget = (target = "/"): { readonly path: string; readonly query: string } => {
  const local = target.replace(/^https?:\/\/[^/?#]*/i, "");
  const at = local.indexOf("?");
  return at === -1 ? { path: local, query: "" } : { path: local.slice(0, at), query: local.slice(at + 1) };
};
