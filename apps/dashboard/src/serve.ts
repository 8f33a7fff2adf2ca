import { subscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { type Env, env, SettingError } from "./env.js";
import { dropForwardedHeaders } from "./server/forwarded-headers.js";
import { turnRefused } from "./server/refused-request.js";

/** Longer than proxies keep a connection that nobody uses: one that closes first may take a request with it. */
const keepAliveMs = 65_000;

/** Next takes four lines to say that it can't have its port. */
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
 * Next hands headers on as they came, and knows no peer: what only a proxy may say is taken away before it looks. What it
 * would fail on is turned elsewhere.
 */
const watchRequests = ({ trustProxy }: Env): void =>
  subscribe("http.server.request.start", (message) => {
    // Node's documentation names the fields of this channel's messages.
    const { request } = message as { readonly request: IncomingMessage };
    turnRefused(request);
    dropForwardedHeaders(request.headers, request.socket.remoteAddress ?? "", trustProxy);
  });

/** Starts Next's server on DASHBOARD_PORT: it would take PORT by itself, which is the API's here. */
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
