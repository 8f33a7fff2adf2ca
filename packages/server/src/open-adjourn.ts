import type { Agent, SessionService } from "@adjourn/sessions";
import { connectionTimeouts } from "@adjourn/transports";
import { createEndpoints, type Endpoints } from "./create-endpoints.js";
import { maxConnectionsPerAddress, maxUnreadBytes } from "./limits.js";
import { createLogger, type Logger, toLog } from "./observability/log.js";
import { createMetrics } from "./observability/metrics.js";
import type { Tracing } from "./observability/tracing/tracing.js";
import { type OpenStore, openSessionService } from "./open-session-service.js";
import type { Overrides } from "./overrides.js";
import type { Settings } from "./settings.js";
import { drain, type StopTimes } from "./shut-down.js";
import type { ShutdownState } from "./shutdown-state.js";
import { systemClock } from "./system-clock.js";

/** How long the last spans may take to be exported: what is left of the time to drain, within these limits. */
const leastFlushMs = 1_000;
const longestFlushMs = 5_000;

export interface OpenAdjourn {
  readonly endpoints: Endpoints;
  readonly sessions: SessionService;
  /** Stops in the stages of {@link drain}, then by `closeConnections`, then closes the store and the bus. Idempotent. */
  close(times: StopTimes, closeConnections: (graceMs: number) => Promise<void>): Promise<void>;
}

export interface OpenOptions {
  readonly overrides?: Overrides;
  /** Agents of the program itself. */
  readonly agents?: readonly Agent[];
  readonly openStore?: (logger: Logger) => OpenStore;
}

/**
 * The composition root: opens the store and the bus, and builds every endpoint over them. Nothing listens.
 * @throws SettingError for a setting that turns out to be wrong when it is used
 */
export const openAdjourn = async (
  settings: Settings,
  { overrides = {}, agents = [], openStore }: OpenOptions = {},
): Promise<OpenAdjourn> => {
  const clock = overrides.clock ?? systemClock;
  const logger = createLogger(settings);
  const metrics = createMetrics();
  // Loaded only where it is served: it would be a third of the program.
  const createGateway = settings.socketIo
    ? (await import("./socket-io/socket-io-gateway.js")).createSocketIoGateway
    : null;
  const tracing = await startTracing(settings, logger);
  const opening = { clock, logger, metrics, tracing, agents, openStore: openStore?.(logger) };
  const opened = await openSessionService(settings, overrides, opening);
  const { sessions } = opened;
  const shutdownState: ShutdownState = { isStopping: false, isDraining: false };
  const endpoints = createEndpoints(settings, {
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
    unreadSocketLimits: overrides.unreadSocketLimits,
    createGateway,
    tracing,
  });
  const stop = async (times: StopTimes, closeConnections: (graceMs: number) => Promise<void>) => {
    const startedAt = performance.now();
    await drain({ endpoints, sessions, shutdownState }, times);
    await closeConnections(times.graceMs);
    endpoints.requests.stop();
    await opened.close();
    const leftMs = times.delayMs + times.graceMs - (performance.now() - startedAt);
    await tracing?.close(Math.min(Math.max(leftMs, leastFlushMs), longestFlushMs));
  };
  let closing: Promise<void> | null = null;
  return {
    endpoints,
    sessions,
    close: (...given) => {
      closing ??= stop(...given);
      return closing;
    },
  };
};

const startTracing = async ({ tracing, databaseUrl }: Settings, logger: Logger): Promise<Tracing | null> => {
  if (tracing === null) return null;
  const { openTracing } = await import("./observability/tracing/open-tracing.js");
  const databaseSystem = databaseUrl.startsWith("file:") ? "sqlite" : "postgresql";
  return openTracing(tracing, { log: toLog(logger), databaseSystem });
};
