import type { Server } from "node:http";
import {
  type Credentials,
  createCredentials,
  createOpenapiDocument,
  createRestHandler,
  dialects,
  type SigningKeys,
} from "@adjourn/router";
import type { Sessions } from "@adjourn/sessions";
import type { Logger } from "pino";
import { createGate } from "./admission.js";
import { createConnectionSlots } from "./connection-slots.js";
import type { Connections } from "./connections.js";
import type { Settings } from "./env.js";
import { createHttpServer } from "./http.js";
import type { Patience } from "./limits.js";
import type { Metrics } from "./metrics.js";
import { createOriginGuard } from "./origin-guard.js";
import { createPages } from "./pages.js";
import { createReportError } from "./report-error.js";
import type { Leaving } from "./shut-down.js";
import { serveWebSockets, type WebSockets } from "./websocket.js";

export interface DoorNeeds {
  readonly sessions: Sessions;
  readonly keys: SigningKeys;
  /** The clock that all nodes share, by which tickets run out; ms. */
  readonly now: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly leaving: Readonly<Leaving>;
  readonly patience: Patience;
  readonly aroundCredentials: (credentials: Credentials) => Credentials;
  /** How many an address may hold, where requests are counted at all. */
  readonly connectionsPerAddress: number;
  readonly maxUnreadBytes: number;
}

/** Every way in, on one server that does not listen yet: REST, tRPC, SSE, WebSockets and the pages beside them. */
export const createDoors = (
  settings: Settings,
  needs: DoorNeeds,
): { readonly server: Server; readonly webSockets: WebSockets; readonly connections: Connections } => {
  const { adminKeys, serviceKeys, restDialect, timeouts, trustProxy } = settings;
  const credentials = needs.aroundCredentials(
    createCredentials({ adminKeys, serviceKeys, signingKeys: needs.keys, now: needs.now }),
  );
  const guard = createOriginGuard(settings, credentials.inUse);
  const isUnbounded = settings.rateLimitPerMinute === 0;
  const slots = createConnectionSlots(isUnbounded ? Number.POSITIVE_INFINITY : needs.connectionsPerAddress);
  const gate = createGate(settings, guard, slots);
  const { errorBody } = dialects[restDialect];
  const reportError = createReportError(needs.logger);
  const isDraining = () => needs.leaving.isDraining;
  const shared = {
    ...needs,
    isDraining,
    credentials,
    guard,
    gate,
    slots,
    trustProxy,
    errorBody,
    reportError,
  };
  const { server, connections } = createHttpServer({
    ...shared,
    pages: createPages({ ...shared, restDialect, openApi: createOpenapiDocument({ dialect: restDialect }) }),
    rest: createRestHandler({
      sessions: needs.sessions,
      credentials,
      dialect: restDialect,
      timeouts,
      admit: gate.admit,
      isDraining,
      onError: reportError,
    }),
  });
  return { server, connections, webSockets: serveWebSockets(server, { ...shared, connections }) };
};
