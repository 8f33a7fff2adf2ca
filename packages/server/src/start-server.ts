import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { dialects } from "@adjourn/router";
import { connectionTimeouts } from "@adjourn/transports";
import { createHttpServer } from "./http/create-http-server.js";
import { openWhileWaiting } from "./http/startup-server.js";
import { openAdjourn } from "./open-adjourn.js";
import type { Overrides } from "./overrides.js";
import type { Settings } from "./settings.js";
import { closeEndpoints, closeServer } from "./shut-down.js";

export interface RunningServer {
  /** The address it listens on, without a trailing slash. */
  readonly url: string;
  /**
   * Stops in stages. `/readyz` answers 503 at once and everything else is served for `delayMs`. Then subscribers are
   * dropped, new calls are refused and replies in flight get `graceMs`. Then everything is closed. Idempotent.
   */
  close(graceMs?: number, delayMs?: number): Promise<void>;
}

/**
 * Creates a server and listens on the host and port of the settings. Waits for a store that can't be reached.
 * @throws SettingError for a setting that turns out to be wrong when it is used
 */
export const startServer = async (settings: Settings, overrides: Overrides = {}): Promise<RunningServer> => {
  const { errorBody } = dialects[settings.restDialect];
  const { endpoints, ...opened } = await openAdjourn(settings, {
    overrides,
    openStore: (logger) => (open) => openWhileWaiting(open, settings, logger, errorBody),
  });
  const server = createHttpServer(endpoints, { ...connectionTimeouts, ...overrides.connectionTimeouts });
  const close = (graceMs = 0, delayMs = 0) =>
    opened.close({ graceMs, delayMs }, () =>
      server.listening ? closeServer(server, endpoints, graceMs) : closeEndpoints(endpoints),
    );
  try {
    server.listen(settings.port, settings.host);
    await once(server, "listening");
  } catch (error) {
    await close();
    throw error;
  }
  return { url: urlOf(server.address() as AddressInfo, settings.host), close };
};

/** A wildcard host is reachable at loopback. */
const urlOf = ({ port }: AddressInfo, host: string): string => {
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
};
