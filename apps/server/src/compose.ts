import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createCredentials, createOpenapiDocument, createRestHandler, dialects } from "@adjourn/router";
import { type AgentDirectory, type Clock, createSessions, type SessionStore } from "@adjourn/sessions";
import { openAgents, openBus, openStore } from "./adapters.js";
import { createGate } from "./admission.js";
import { createConnectionSlots } from "./connection-slots.js";
import type { Settings } from "./env.js";
import type { HeartbeatTimes } from "./heartbeat.js";
import { createHttpServer } from "./http.js";
import { maxConnectionsPerAddress } from "./limits.js";
import { createLogger, toLog } from "./log.js";
import { createMetrics } from "./metrics.js";
import { createOriginGuard } from "./origin-guard.js";
import { createPages } from "./pages.js";
import { createReportError } from "./report-error.js";
import { systemClock } from "./system-clock.js";
import { openPatiently } from "./waiting-room.js";
import { serveWebSockets } from "./websocket.js";

/** What a test may hold in its own hand. */
export interface Overrides {
  readonly clock?: Clock;
  readonly store?: SessionStore;
  readonly agents?: AgentDirectory;
  readonly heartbeat?: HeartbeatTimes;
  /** How long a tRPC socket may owe its `connectionParams`. */
  readonly paramsWithinMs?: number;
  readonly headersWithinMs?: number;
  readonly takenWithinMs?: number;
  readonly lookAtPeersEveryMs?: number;
  readonly connectionsPerAddress?: number;
}

export interface RunningServer {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /** Listeners go, new work is refused, replies under way get `graceMs`; then everything is closed. Idempotent. */
  close(graceMs?: number): Promise<void>;
}

/** How long answers may take to leave once nothing is under way any more. */
const lingerMs = 1_000;
/** How often nodes that share a store hold what they have against it (contract E7 wants it within 5 s). */
const lookEveryMs = 2_000;

/**
 * The composition root: settings to a server that listens.
 * @throws SettingError for a setting that only shows wrong when it is used
 */
export const startServer = async (settings: Settings, overrides: Overrides = {}): Promise<RunningServer> => {
  const clock = overrides.clock ?? systemClock;
  const logger = createLogger(settings);
  const log = toLog(logger);
  const nodeId = randomUUID();
  const agents = overrides.agents ?? (await openAgents(settings, clock));
  const { errorBody } = dialects[settings.restDialect];
  const metrics = createMetrics();
  const opened =
    overrides.store ?? (await openPatiently(() => openStore(settings, clock), settings, logger, errorBody));
  const store = metrics.store(opened);
  const { presence, dropped, ...events } = await openBus(settings, { log });
  const bus = metrics.bus(events.bus, { now: () => store.now(), dropped });
  const domain = createSessions(
    { clock, store, bus, presence, agents, log, newId: randomUUID },
    {
      timeouts: settings.timeouts,
      nodeId,
      lookEveryMs: settings.databaseUrl.startsWith("file:") ? null : lookEveryMs,
      retentionDays: settings.retentionDays,
    },
  );
  const sessions = metrics.sessions(domain, store);
  const { adminKeys, serviceKeys } = settings;
  const secret = settings.secret ?? undefined;
  const credentials = createCredentials({ adminKeys, serviceKeys, secret, now: () => clock.now() });
  let isDraining = false;
  const guard = createOriginGuard(settings, credentials.inUse);
  const isUnbounded = settings.rateLimitPerMinute === 0;
  const slots = createConnectionSlots(
    isUnbounded ? Number.POSITIVE_INFINITY : (overrides.connectionsPerAddress ?? maxConnectionsPerAddress),
  );
  const gate = createGate(settings, guard, slots);
  const shared = {
    sessions,
    credentials,
    guard,
    gate,
    slots,
    trustProxy: settings.trustProxy,
    isDraining: () => isDraining,
    errorBody,
    reportError: createReportError(logger),
    logger,
    metrics,
  };
  const rest = createRestHandler({
    sessions,
    credentials,
    dialect: settings.restDialect,
    timeouts: settings.timeouts,
    admit: gate.admit,
    onError: shared.reportError,
  });
  const { heartbeat, paramsWithinMs, headersWithinMs, takenWithinMs, lookAtPeersEveryMs } = overrides;
  const { server, connections } = createHttpServer({
    ...shared,
    pages: createPages({ ...shared, openApi: createOpenapiDocument({ dialect: settings.restDialect }) }),
    rest,
    headersWithinMs,
    takenWithinMs,
    lookAtPeersEveryMs,
  });
  const webSockets = serveWebSockets(server, { ...shared, connections, heartbeat, paramsWithinMs });

  const closeParts = async () => {
    await sessions.close();
    await bus.close();
    if (!overrides.store) await store.close();
  };
  try {
    server.listen(settings.port, settings.host);
    await once(server, "listening");
  } catch (error) {
    webSockets.close();
    await closeParts();
    throw error;
  }

  const close = async (graceMs: number) => {
    isDraining = true;
    webSockets.drain();
    await sessions.drain(graceMs);
    const closed = new Promise((resolve) => server.close(resolve));
    webSockets.close();
    server.closeIdleConnections();
    const cut = setTimeout(() => server.closeAllConnections(), lingerMs);
    await closed;
    clearTimeout(cut);
    await closeParts();
  };
  let closing: Promise<void> | null = null;
  return {
    url: urlOf(server.address() as AddressInfo, settings.host),
    close: (graceMs = 0) => {
      closing ??= close(graceMs);
      return closing;
    },
  };
};

/** An address one can open: a host that means all of them is reached at loopback. */
const urlOf = ({ port }: AddressInfo, host: string): string => {
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
};
