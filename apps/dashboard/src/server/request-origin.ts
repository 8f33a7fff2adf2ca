import { keysInUse } from "./api";

const isLoopback = (host: string): boolean => {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return name === "localhost" || name === "[::1]" || /^127(\.\d{1,3}){3}$/.test(name);
};

/**
 * Without keys only this machine may call, by a loopback name: a web page elsewhere can have its own name lead here,
 * but not change what it is called.
 */
export const isAllowedHost = async (headers: Headers): Promise<boolean> => {
  const host = headers.get("host");
  return host !== null && (isLoopback(host) || (await keysInUse()));
};

/** Whether a call comes from one of our own pages, or from no page at all. */
export const isSameOrigin = (headers: Headers): boolean => {
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return false;
  const origin = headers.get("origin");
  if (origin === null) return true;
  return URL.canParse(origin) && new URL(origin).host === headers.get("host");
};

/** Whether the browser reached us over https; only then may a cookie ask for it. */
export const cameOverHttps = (headers: Headers): boolean =>
  headers.get("origin")?.startsWith("https:") ?? false;
