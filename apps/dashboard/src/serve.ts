import { subscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { type Env, env, SettingError } from "./env.js";
import { dropForwardedHeaders } from "./requests/forwarded-headers.js";
import { turnRefused } from "./requests/refused-request.js";

/** Longer than a proxy's idle timeout (60 s in nginx): if this side closes first, a request may be lost. */
const keepAliveMs = 65_000;

/** Reports an unavailable port in one line that names the setting; Next prints four. */
const requirePort = async ({ host, port }: Env): Promise<void> => {
  const probe = createServer().listen({ port, host, exclusive: true });
  try {
    await once(probe, "listening");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    const name = code === "EADDRNOTAVAIL" || code === "ENOTFOUND" ? "DASHBOARD_HOST" : "DASHBOARD_PORT";
    const wanted = name === "DASHBOARD_HOST" ? "an address of this machine" : `a free port of ${host}`;
    const given = name === "DASHBOARD_HOST" ? host : port;
    throw new SettingError(`${name} must be ${wanted}, but ${given} is not (${code})`);
  }
  await new Promise((resolve) => probe.close(resolve));
};

/**
 * Changes requests before Next handles them. Next passes headers on unchanged and does not know the peer, so forwarding
 * headers of untrusted peers are removed here, and requests that Next can't parse are rewritten.
 */
const watchRequests = ({ trustProxy }: Env): void =>
  subscribe("http.server.request.start", (message) => {
    // Node's documentation names the fields of this channel's messages.
    const { request } = message as { readonly request: IncomingMessage };
    turnRefused(request);
    dropForwardedHeaders(request.headers, request.socket.remoteAddress ?? "", trustProxy);
  });

/** Starts Next's server on DASHBOARD_PORT. Next's default, PORT, is the API's. */
const serve = async (): Promise<void> => {
  const settings = env();
  await requirePort(settings);
  watchRequests(settings);
  const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
  const app = fileURLToPath(new URL("..", import.meta.url));
  const place = ["-p", String(settings.port), "-H", settings.host];
  process.argv = [process.execPath, next, "start", app, ...place, "--keepAliveTimeout", String(keepAliveMs)];
  await import(next);
};

try {
  await serve();
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  console.error(error.message);
  process.exit(1);
}
