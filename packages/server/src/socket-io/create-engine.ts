import { maxBodyBytes, type RequestTarget } from "@adjourn/router";
import type { ConnectionTimeouts } from "@adjourn/transports";
import { Server } from "engine.io";
import type { OriginGuard } from "../admission/origin-guard.js";
import type { ServerSocket } from "../websocket/server-socket.js";
import { socketServerFor } from "./engine-socket.js";

export interface EngineDependencies {
  readonly originGuard: OriginGuard;
  /** Long-polling needs every request of a client on the same node. */
  readonly hasSeveralNodes: boolean;
  readonly connectionTimeouts: Pick<ConnectionTimeouts, "pingAfterMs" | "silenceMs">;
}

/** The engine below Socket.IO. It listens to no server: it is given each request. */
export const createEngine = (
  { originGuard, hasSeveralNodes, connectionTimeouts }: EngineDependencies,
  opened: (socket: ServerSocket) => void,
): Server =>
  new Server({
    transports: hasSeveralNodes ? ["websocket"] : ["polling", "websocket"],
    pingInterval: connectionTimeouts.pingAfterMs,
    pingTimeout: connectionTimeouts.silenceMs - connectionTimeouts.pingAfterMs,
    maxHttpBufferSize: maxBodyBytes,
    perMessageDeflate: false,
    httpCompression: false,
    wsEngine: socketServerFor(opened),
    allowRequest: (request, answer) => {
      try {
        originGuard.check(request);
        answer(null, true);
      } catch (error) {
        answer(error instanceof Error ? error.message : null, false);
      }
    },
  });

/** Without it Engine.IO would parse the address itself, and throw for some. */
export const queryOf = ({ search }: RequestTarget) => ({ _query: Object.fromEntries(search) });
