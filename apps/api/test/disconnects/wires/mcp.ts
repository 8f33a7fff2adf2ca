import { request } from "../../setup/raw-peer.js";
import type { LeavingWire } from "../disconnect-wire.js";

/** A tool that reads: it has the awaits of a call, and its answer is all that there is to write. */
export const mcpCall: LeavingWire = {
  wire: "a call of a tool over MCP",
  comesFor: "answer",
  firstEvent: '"structuredContent"',
  bytes: (url, { sessionId, token }) => {
    const params = { name: "read_transcript", arguments: { sessionId } };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
    return request(
      url,
      "POST /mcp",
      [
        `Authorization: Bearer ${token}`,
        "Accept: application/json, text/event-stream",
        "Content-Type: application/json",
        `Content-Length: ${Buffer.byteLength(body)}`,
      ],
      body,
    );
  },
};
