import {
  type Credentials,
  createChatHandler,
  createCredentials,
  createMcpHandler,
  createRestHandler,
  dialects,
  type RestOptions,
  type SigningKeys,
} from "@adjourn/router";
import type { SessionService } from "@adjourn/sessions";
import type { ConnectionTimeouts, UnreadSocketLimits } from "@adjourn/transports";
import type { Logger } from "pino";
import { createConnectionSlots } from "./admission/connection-slots.js";
import { createOriginGuard } from "./admission/origin-guard.js";
import { createRequestGuard, type RequestGuard } from "./admission/request-guard.js";
import { ConnectionGuard } from "./http/connection-guard.js";
import { createRequestHandler, type RequestHandler } from "./http/create-request-handler.js";
import { createPages } from "./http/pages.js";
import type { Metrics } from "./observability/metrics.js";
import { createReportError } from "./observability/report-error.js";
import type { Tracing } from "./observability/tracing/tracing.js";
import type { Settings } from "./settings.js";
import type { ShutdownState } from "./shutdown-state.js";
import type { GatewayDependencies, SocketIoGateway } from "./socket-io/socket-io-gateway.js";
import { createUpgradeHandler } from "./websocket/create-upgrade-handler.js";
import type { UpgradeHandler } from "./websocket/upgrade-handler.js";

export interface EndpointDependencies {
  readonly sessions: SessionService;
  readonly keys: SigningKeys;
  /** The clock that all nodes share, in ms; tickets expire by it. */
  readonly now: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly shutdownState: Readonly<ShutdownState>;
  readonly connectionTimeouts: ConnectionTimeouts;
  readonly aroundCredentials: (credentials: Credentials) => Credentials;
  /** Limit of connections per address, if there is a rate limit. */
  readonly connectionsPerAddress: number;
  readonly maxUnreadBytes: number;
  /** The usual ones, if undefined. */
  readonly unreadSocketLimits: UnreadSocketLimits | undefined;
  /** Null if Socket.IO is not served. */
  readonly createGateway: ((dependencies: GatewayDependencies) => SocketIoGateway) | null;
  /** Null if no traces are exported. */
  readonly tracing: Tracing | null;
}

export interface Endpoints {
  readonly requests: RequestHandler;
  readonly upgrades: UpgradeHandler;
  readonly connections: ConnectionGuard;
  readonly credentials: Credentials;
  readonly requestGuard: RequestGuard;
  readonly isDraining: () => boolean;
}

/** Creates every endpoint, for whichever server passes its requests on: REST, tRPC, SSE, WebSockets and the pages. */
export const createEndpoints = (settings: Settings, dependencies: EndpointDependencies): Endpoints => {
  const { adminKeys, serviceKeys, restDialect, timeouts, trustProxy } = settings;
  const credentials = dependencies.aroundCredentials(
    createCredentials({ adminKeys, serviceKeys, signingKeys: dependencies.keys, now: dependencies.now }),
  );
  const originGuard = createOriginGuard(settings, credentials.inUse);
  const isUnbounded = settings.rateLimitPerMinute === 0;
  const slots = createConnectionSlots(
    isUnbounded ? Number.POSITIVE_INFINITY : dependencies.connectionsPerAddress,
  );
  const requestGuard = createRequestGuard(settings, originGuard, slots);
  const { errorBody } = dialects[restDialect];
  const reportError = createReportError(dependencies.logger);
  const isDraining = () => dependencies.shutdownState.isDraining;
  const connections = new ConnectionGuard({ ...dependencies, slots, trustProxy, errorBody });
  const shared = {
    ...dependencies,
    connections,
    isDraining,
    credentials,
    originGuard,
    requestGuard,
    slots,
    trustProxy,
    errorBody,
    reportError,
  };
  const restOptions: RestOptions = {
    sessions: dependencies.sessions,
    credentials,
    dialect: restDialect,
    timeouts,
    admit: requestGuard.admit,
    isDraining,
    onError: reportError,
  };
  const hasSeveralNodes = settings.redisUrl !== null;
  const socketIo = dependencies.createGateway?.({ ...shared, hasSeveralNodes }) ?? null;
  const requests = createRequestHandler({
    ...shared,
    socketIo,
    pages: createPages({ ...shared, restDialect }),
    rest: createRestHandler(restOptions),
    chat: createChatHandler(restOptions),
    mcp: createMcpHandler({
      ...restOptions,
      onToolCall: (call) => dependencies.logger.info({ via: "mcp", ...call }, "A tool was called"),
    }),
  });
  const upgrades = createUpgradeHandler({ ...shared, socketIo });
  return { requests, upgrades, connections, credentials, requestGuard, isDraining };
};
