import type { Server } from "node:http";
import {
  type Credentials,
  createCredentials,
  createOpenapiDocument,
  createRestHandler,
  dialects,
  type SigningKeys,
} from "@adjourn/router";
import type { SessionService } from "@adjourn/sessions";
import type { ConnectionTimeouts } from "@adjourn/transports";
import type { Logger } from "pino";
import { createConnectionSlots } from "./admission/connection-slots.js";
import { createOriginGuard } from "./admission/origin-guard.js";
import { createRequestGuard } from "./admission/request-guard.js";
import type { Connections } from "./http/connections.js";
import { createHttpServer } from "./http/create-http-server.js";
import { createPages } from "./http/pages.js";
import type { Metrics } from "./observability/metrics.js";
import { createReportError } from "./observability/report-error.js";
import type { Settings } from "./settings.js";
import type { ShutdownState } from "./shut-down.js";
import { serveWebSockets, type WebSockets } from "./websocket/serve-websockets.js";

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
}

/** Creates every endpoint on one server that does not listen yet: REST, tRPC, SSE, WebSockets and the pages. */
export const createEndpoints = (
  settings: Settings,
  dependencies: EndpointDependencies,
): { readonly server: Server; readonly webSockets: WebSockets; readonly connections: Connections } => {
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
  const shared = {
    ...dependencies,
    isDraining,
    credentials,
    originGuard,
    requestGuard,
    slots,
    trustProxy,
    errorBody,
    reportError,
  };
  const { server, connections } = createHttpServer({
    ...shared,
    pages: createPages({ ...shared, restDialect, openApi: createOpenapiDocument({ dialect: restDialect }) }),
    rest: createRestHandler({
      sessions: dependencies.sessions,
      credentials,
      dialect: restDialect,
      timeouts,
      admit: requestGuard.admit,
      isDraining,
      onError: reportError,
    }),
  });
  return { server, connections, webSockets: serveWebSockets(server, { ...shared, connections }) };
};
