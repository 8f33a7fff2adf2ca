import { keysInUse } from "../api-access/call-api";
import { env, isLoopbackName } from "../env";

/**
 * The host names of a request: its `Host` and the `X-Forwarded-Host` of a trusted proxy. The header of an untrusted one
 * is removed before; if there is none, Next repeats the `Host`.
 */
const hostsOf = (headers: Headers): readonly string[] => {
  const host = headers.get("host");
  const forwarded = headers.get("x-forwarded-host")?.split(",").at(-1)?.trim();
  return [host, env().trustProxy === "none" ? null : forwarded].filter((name) => name != null);
};

const isKnownHost = (host: string): boolean => {
  if (isLoopbackName(host.replace(/:\d+$/, ""))) return true;
  const url = `http://${host}`;
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return env().publicOrigins.some((origin) => new URL(origin).hostname === hostname);
};

/**
 * Without keys, only loopback names and those of `DASHBOARD_URL` are allowed. This stops DNS rebinding: a foreign page can
 * resolve its own name to this machine, but the `Host` header still carries that name.
 */
export const isAllowedHost = async (headers: Headers): Promise<boolean> => {
  const hosts = hostsOf(headers);
  return headers.has("host") && (hosts.every(isKnownHost) || (await keysInUse()));
};

/** Whether a call comes from one of the dashboard's own pages, or from no page at all. */
export const isSameOrigin = (headers: Headers): boolean => {
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return false;
  const origin = headers.get("origin");
  if (origin === null) return true;
  if (!URL.canParse(origin)) return false;
  const { host, origin: plain } = new URL(origin);
  return env().publicOrigins.includes(plain) || hostsOf(headers).includes(host);
};

/** Whether the browser reached us over https; only then may a cookie ask for it. */
export const cameOverHttps = (headers: Headers): boolean => {
  const scheme = headers.get("x-forwarded-proto")?.split(",").at(-1)?.trim();
  if (env().trustProxy !== "none" && scheme === "https") return true;
  return headers.get("origin")?.startsWith("https:") ?? false;
};
