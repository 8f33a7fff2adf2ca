import type { IncomingMessage } from "node:http";
import { SessionError } from "@adjourn/sessions";
import { clientScheme } from "./client-address.js";
import type { Settings } from "./env.js";
import { isLoopback } from "./loopback.js";

export interface OriginGuard {
  /** @throws SessionError `FORBIDDEN` for a foreign `Host` (where no keys are in use) or `Origin` */
  check(request: IncomingMessage): void;
  /** The request's `Origin` where it may read answers, null where there is none or it is foreign. */
  allowedOrigin(request: IncomingMessage): string | null;
}

type GuardSettings = Pick<Settings, "dashboardPort" | "allowedOrigins" | "trustProxy">;

/** Keeps web pages elsewhere from using a visitor's browser as their way in (contract §6). */
export const createOriginGuard = (settings: GuardSettings, keysInUse: boolean): OriginGuard => {
  const dashboards = ["127.0.0.1", "localhost", "[::1]"].map(
    (name) => new URL(`http://${name}:${settings.dashboardPort}`).origin,
  );
  const allowed = new Set([...dashboards, ...settings.allowedOrigins]);

  const isOwn = (request: IncomingMessage, origin: string): boolean => {
    const own = originOf(clientScheme(request, settings.trustProxy), request.headers.host);
    if (own === null) return false;
    if (origin === own) return true;
    // localhost and 127.0.0.1 are one server; the port tells it from another on this machine.
    const { hostname, port, protocol } = new URL(own);
    if (!isLoopback(bare(hostname)) || !URL.canParse(origin)) return false;
    const asked = new URL(origin);
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
      if (!keysInUse && !isLoopbackHost(request.headers.host))
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

const isLoopbackHost = (host: string | undefined): boolean => {
  const match = /^(\[[0-9a-f:.]+\]|[^[\]:/@\s]+)(?::\d{1,5})?$/i.exec(host ?? "");
  return match?.[1] !== undefined && isLoopback(bare(match[1]));
};
