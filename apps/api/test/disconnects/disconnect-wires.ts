import type { LeavingWire } from "./disconnect-wire.js";
import { mcpCall } from "./wires/mcp.js";
import { plainWebSocket } from "./wires/plain-websocket.js";
import { chatResume, chatSend, httpSend, streamedSend, trpcHttpSend } from "./wires/sends.js";
import { socketIo, socketIoPolling, socketIoWithHeader } from "./wires/socket-io.js";
import { sse, trpcSse } from "./wires/sse.js";
import {
  trpcWebSocket,
  trpcWebSocketCalls,
  trpcWebSocketSend,
  trpcWebSocketWithParams,
} from "./wires/trpc-websocket.js";

/** Every wire that the contract of peers that leave is held to. */
export const leavingWires: readonly LeavingWire[] = [
  plainWebSocket,
  trpcWebSocket,
  trpcWebSocketWithParams,
  trpcSse,
  sse,
  socketIo,
  socketIoWithHeader,
  socketIoPolling,
  streamedSend,
  chatSend,
  chatResume,
  httpSend,
  trpcHttpSend,
  trpcWebSocketSend,
  trpcWebSocketCalls,
  mcpCall,
];
