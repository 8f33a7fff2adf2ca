/** Stands for the dashboard's own origin, which is not known here. */
const origin = "http://dashboard.invalid";
const longest = 2_000;

/**
 * The page to show after signing in: a path of this dashboard, with its query. Anything else, such as another site's
 * address or the login page itself, gives the overview.
 */
export const returnPath = (given: unknown): string => {
  if (typeof given !== "string" || given.length > longest || !given.startsWith("/")) return "/";
  if (!URL.canParse(given, origin)) return "/";
  const url = new URL(given, origin);
  if (url.origin !== origin || /^\/(?:login|api)(?:\/|$)/.test(url.pathname)) return "/";
  // A path that begins with two slashes would name another host to the browser.
  return url.pathname.startsWith("//") ? "/" : `${url.pathname}${url.search}${url.hash}`;
};

/** The address of the login page that leads back to `path`. */
export const loginPath = (path: string, answer?: string): string => {
  const query = new URLSearchParams();
  if (answer !== undefined) query.set("answer", answer);
  const next = returnPath(path);
  if (next !== "/") query.set("next", next);
  return query.size === 0 ? "/login" : `/login?${query}`;
};
