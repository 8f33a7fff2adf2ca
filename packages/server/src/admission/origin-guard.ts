import type { IncomingMessage } from "node:http";
import { SessionError } from "@adjourn/sessions";
import { isLoopback } from "../loopback.js";
import type { Settings } from "../settings.js";
import { clientScheme, forwardedHost, peerAddress } from "./client-address.js";

export interface OriginGuard {
  /**
   * @throws SessionError `FORBIDDEN` for a foreign `Origin`, for what a foreign page embeds, or, if no keys
   * are configured, for a foreign `Host` or a connection that is not over loopback
   */
  check(request: IncomingMessage): void;
  /** The request's `Origin` if it may read answers; null if it has none or a foreign one. */
  allowedOrigin(request: IncomingMessage): string | null;
}

type GuardSettings = Pick<Settings, "dashboardPort" | "dashboardUrls" | "allowedOrigins" | "trustProxy">;

/** Prevents other web pages from calling the API through a visitor's browser (contract §6). */
export const createOriginGuard = (settings: GuardSettings, keysInUse: boolean): OriginGuard => {
  const dashboards = ["127.0.0.1", "localhost", "[::1]"].map(
    (name) => new URL(`http://${name}:${settings.dashboardPort}`).origin,
  );
  const allowed = new Set([...dashboards, ...settings.dashboardUrls, ...settings.allowedOrigins]);
  const publicHosts = new Set(settings.dashboardUrls.map((url) => new URL(url).hostname));

  /** The host names of a request: its `Host`, and the one that a trusted proxy received. */
  const hostsOf = (request: IncomingMessage): readonly (string | undefined)[] => {
    const forwarded = forwardedHost(request, settings.trustProxy);
    return [request.headers.host, ...(forwarded === null ? [] : [forwarded])];
  };

  // Callers send the same one again and again.
  let lastKnown: string | null = null;
  const isKnownHost = (host: string | undefined): boolean => {
    if (host !== undefined && host === lastKnown) return true;
    const isKnown = hasKnownName(host);
    if (isKnown) lastKnown = host ?? null;
    return isKnown;
  };

  const hasKnownName = (host: string | undefined): boolean => {
    const name = hostName(host);
    return name !== null && (isLoopback(name) || publicHosts.has(name.toLowerCase()));
  };

  let lastLocal: string | null = null;
  /** A `Host` header can be forged, and a program that embeds the server may listen on every address. */
  const isLocal = ({ socket }: IncomingMessage): boolean => {
    const address = peerAddress(socket);
    if (address === lastLocal) return true;
    const isKnown = isLoopback(address);
    if (isKnown) lastLocal = address;
    return isKnown;
  };

  const isOwn = (request: IncomingMessage, origin: string): boolean => {
    const scheme = clientScheme(request, settings.trustProxy);
    return hostsOf(request).some((host) => isAt(originOf(scheme, host), origin));
  };

  const isAt = (own: string | null, origin: string): boolean => {
    if (own === null) return false;
    if (origin === own) return true;
    // localhost and 127.0.0.1 are the same server; the port distinguishes it from others on this machine.
    const { hostname, port, protocol } = new URL(own);
    if (!isLoopback(bare(hostname)) || !URL.canParse(origin)) return false;
    const asked = new URL(origin);
    // Browsers send the serialised origin, without a path.
    if (asked.origin !== origin) return false;
    return isLoopback(bare(asked.hostname)) && asked.port === port && asked.protocol === protocol;
  };

  const isAllowed = (request: IncomingMessage, origin: string): boolean =>
    allowed.has(origin) || isOwn(request, origin);

  const allowedOrigin = (request: IncomingMessage): string | null => {
    const { origin } = request.headers;
    return origin !== undefined && isAllowed(request, origin) ? origin : null;
  };

  /** A page that loads an image, a script or a frame sends no `Origin`. Its browser says so, and may name it in `Referer`. */
  const isForeignEmbed = (request: IncomingMessage): boolean => {
    if (!isEmbed(request)) return false;
    const { referer = "" } = request.headers;
    return !URL.canParse(referer) || !isAllowed(request, new URL(referer).origin);
  };

  return {
    allowedOrigin,
    check: (request) => {
      if (!keysInUse && !isLocal(request))
        throw new SessionError("FORBIDDEN", "Without keys, only connections over loopback are served");
      if (!keysInUse && !hostsOf(request).every(isKnownHost))
        throw new SessionError("FORBIDDEN", "Without keys, only a loopback Host is served");
      const isForeign =
        request.headers.origin === undefined ? isForeignEmbed(request) : allowedOrigin(request) === null;
      if (isForeign) throw new SessionError("FORBIDDEN", "This Origin may not call the server");
    },
  };
};

/** Whether a page elsewhere made a request that is not a navigation of the whole tab, such as by a link. */
const isEmbed = ({ headers }: IncomingMessage): boolean => {
  const site = headers["sec-fetch-site"];
  if (site !== "cross-site" && site !== "same-site") return false;
  return headers["sec-fetch-mode"] !== "navigate" || headers["sec-fetch-dest"] !== "document";
};

const originOf = (scheme: string, host: string | undefined): string | null => {
  const url = `${scheme}://${host}`;
  return host !== undefined && URL.canParse(url) ? new URL(url).origin : null;
};

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, "");

/** The name in a `Host` header without port and brackets; null if it is malformed. */
const hostName = (host: string | undefined): string | null => {
  const match = /^(\[[0-9a-f:.]+\]|[^[\]:/@\s]+)(?::\d{1,5})?$/i.exec(host ?? "");
  return match?.[1] === undefined ? null : bare(match[1]);
};
