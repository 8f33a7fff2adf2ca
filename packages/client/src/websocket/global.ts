import type { SocketClass } from "../links/socket-link.js";

/** The platform's own; undefined where there is none. */
export const defaultWebSocket = (): SocketClass | undefined => globalThis.WebSocket;
