import type { IncomingMessage } from "node:http";
import { SessionError } from "@adjourn/sessions";
import { isLoopback } from "../loopback.js";
import type { Settings } from "../settings.js";
import { clientScheme, forwardedHost } from "./client-address.js";

export interface OriginGuard {
  /** @throws SessionError `FORBIDDEN` for a foreign `Origin`, or for a foreign `Host` if no keys are configured */
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

  const isKnownHost = (host: string | undefined): boolean => {
    const name = hostName(host);
    return name !== null && (isLoopback(name) || publicHosts.has(name.toLowerCase()));
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

  const allowedOrigin = (request: IncomingMessage): string | null => {
    const { origin } = request.headers;
    if (origin === undefined) return null;
    return allowed.has(origin) || isOwn(request, origin) ? origin : null;
  };

  return {
    allowedOrigin,
    check: (request) => {
      if (!keysInUse && !hostsOf(request).every(isKnownHost))
        throw new SessionError("FORBIDDEN", "Without keys, only a loopback Host is served");
      if (request.headers.origin !== undefined && allowedOrigin(request) === null)
        throw new SessionError("FORBIDDEN", "This Origin may not call the server");
    },
  };
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
