import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createDoors } from "./doors.js";
import type { Settings } from "./env.js";
import { maxConnectionsPerAddress, maxUnreadBytes, patience } from "./limits.js";
import { createLogger } from "./log.js";
import { createMetrics } from "./metrics.js";
import { openSessions } from "./open-sessions.js";
import type { Overrides } from "./overrides.js";
import { type Leaving, shutDown } from "./shut-down.js";
import { systemClock } from "./system-clock.js";

export interface RunningServer {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /**
   * Not ready from now on, it serves everything for another `delayMs`. Then subscribers go, new work is refused, replies
   * under way get `graceMs`; then everything is closed. Idempotent.
   */
  close(graceMs?: number, delayMs?: number): Promise<void>;
}

/**
 * The composition root: settings to a server that listens.
 * @throws SettingError for a setting that only shows wrong when it is used
 */
export const startServer = async (settings: Settings, overrides: Overrides = {}): Promise<RunningServer> => {
  const clock = overrides.clock ?? systemClock;
  const logger = createLogger(settings);
  const metrics = createMetrics();
  const {
    sessions,
    keys,
    now,
    close: closeSessions,
  } = await openSessions(settings, overrides, {
    clock,
    logger,
    metrics,
  });
  const leaving: Leaving = { isLeaving: false, isDraining: false };
  const { server, webSockets, connections } = createDoors(settings, {
    sessions,
    keys,
    now,
    logger,
    metrics,
    leaving,
    patience: { ...patience, ...overrides.patience },
    aroundCredentials: (credentials) => overrides.around?.("credentials", credentials) ?? credentials,
    connectionsPerAddress: overrides.connectionsPerAddress ?? maxConnectionsPerAddress,
    maxUnreadBytes: overrides.maxUnreadBytes ?? maxUnreadBytes,
  });
  try {
    server.listen(settings.port, settings.host);
    await once(server, "listening");
  } catch (error) {
    webSockets.close();
    await closeSessions();
    throw error;
  }

  let closing: Promise<void> | null = null;
  return {
    url: urlOf(server.address() as AddressInfo, settings.host),
    close: (graceMs = 0, delayMs = 0) => {
      closing ??= shutDown({ server, webSockets, connections, sessions, leaving }, { graceMs, delayMs }).then(
        closeSessions,
      );
      return closing;
    },
  };
};

/** An address one can open: a host that means all of them is reached at loopback. */
const urlOf = ({ port }: AddressInfo, host: string): string => {
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
};
