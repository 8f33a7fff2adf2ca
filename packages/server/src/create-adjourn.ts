import type { Server } from "node:http";
import type { SessionService } from "@adjourn/sessions";
import { connectionTimeouts } from "@adjourn/transports";
import { createEndpoints } from "./create-endpoints.js";
import { maxConnectionsPerAddress, maxUnreadBytes } from "./limits.js";
import { createLogger } from "./observability/log.js";
import { createMetrics } from "./observability/metrics.js";
import { openSessionService } from "./open-session-service.js";
import type { Overrides } from "./overrides.js";
import type { Settings } from "./settings.js";
import { type ShutdownState, shutDown } from "./shut-down.js";
import { systemClock } from "./system-clock.js";

export interface Adjourn {
  /** Serves every endpoint. It does not listen yet. */
  readonly server: Server;
  /** The operations by operationId, without access checks, for calls in the same process. */
  readonly sessions: SessionService;
  /**
   * Stops in stages. `/readyz` answers 503 at once and everything else is served for `delayMs`. Then subscribers are
   * dropped, new calls are refused and replies in flight get `graceMs`. Then everything is closed. Idempotent.
   */
  close(graceMs?: number, delayMs?: number): Promise<void>;
}

/**
 * The composition root: opens the store and the bus, and builds every endpoint over them.
 * @throws SettingError for a setting that turns out to be wrong when it is used
 */
export const createAdjourn = async (settings: Settings, overrides: Overrides = {}): Promise<Adjourn> => {
  const clock = overrides.clock ?? systemClock;
  const logger = createLogger(settings);
  const metrics = createMetrics();
  const opened = await openSessionService(settings, overrides, { clock, logger, metrics });
  const { sessions } = opened;
  const shutdownState: ShutdownState = { isStopping: false, isDraining: false };
  const { server, webSockets, connections } = createEndpoints(settings, {
    sessions,
    keys: opened.keys,
    now: opened.now,
    logger,
    metrics,
    shutdownState,
    connectionTimeouts: { ...connectionTimeouts, ...overrides.connectionTimeouts },
    aroundCredentials: (credentials) => overrides.around?.("credentials", credentials) ?? credentials,
    connectionsPerAddress: overrides.connectionsPerAddress ?? maxConnectionsPerAddress,
    maxUnreadBytes: overrides.maxUnreadBytes ?? maxUnreadBytes,
  });
  const stop = async (graceMs: number, delayMs: number) => {
    if (server.listening)
      await shutDown({ server, webSockets, connections, sessions, shutdownState }, { graceMs, delayMs });
    else webSockets.close();
    await opened.close();
  };
  let closing: Promise<void> | null = null;
  return {
    server,
    sessions,
    close: (graceMs = 0, delayMs = 0) => {
      closing ??= stop(graceMs, delayMs);
      return closing;
    },
  };
};
