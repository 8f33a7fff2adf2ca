import { WebSocket } from "ws";
import type { SocketClass } from "../links/socket-link.js";

/** The one of `ws`, on every version of Node: Node has its own only since 22. */
export const defaultWebSocket = (): SocketClass | undefined => WebSocket;
