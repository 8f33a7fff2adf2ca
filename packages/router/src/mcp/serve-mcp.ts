import type { IncomingMessage, ServerResponse } from "node:http";
import { createMcpHandler, ProtocolError, ProtocolErrorCode, Server } from "@modelcontextprotocol/server";
import type { Context, Principal } from "../context.js";
import type { Refusal } from "../errors/refusal.js";
import { callTool, type ToolResult } from "./call-tool.js";
import { listTools } from "./tool-list.js";
import { tools } from "./tools.js";

export interface McpCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Readonly<Record<string, unknown>>;
  readonly ctx: Context;
  readonly refuse: (error: unknown) => Refusal;
  readonly onToolCall: (call: ToolCall) => void;
}

export interface ToolCall {
  readonly tool: string;
  readonly role: Principal["role"];
  /** The name of the key, or null. */
  readonly actor: string | null;
  readonly requestId: string;
  readonly code: string | null;
}

/** Answers one message of either protocol version. Nothing is kept between messages, so any node can answer the next. */
export type ServeMcp = (call: McpCall) => Promise<void>;

export const serveMcp: ServeMcp = async (call) => {
  const { request, response, body } = call;
  // No list of tools changes while a key is in use, so nobody has to listen for changes.
  const handler = createMcpHandler(() => createServer(call), {
    maxSubscriptions: 0,
    keepAliveMs: 0,
  });
  const left = new AbortController();
  response.once("close", () => left.abort());
  try {
    const answer = await handler.fetch(toWebRequest(request, left.signal), { parsedBody: body });
    const text = await answer.text();
    response.writeHead(answer.status, {
      "Content-Type": answer.headers.get("content-type") ?? "application/json",
      "Content-Length": Buffer.byteLength(text),
      "Cache-Control": "no-store",
    });
    response.end(text);
  } catch (error) {
    // There is no peer to answer. What its call has done stays done.
    if (!left.signal.aborted) throw error;
  } finally {
    await handler.close();
  }
};

const createServer = ({ ctx, refuse, onToolCall }: McpCall): Server => {
  const server = new Server({ name: "adjourn", version: "0.1.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({ tools: listTools(ctx.principal) }));
  server.setRequestHandler("tools/call", async ({ params }) => {
    const tool = Object.hasOwn(tools, params.name) ? tools[params.name] : undefined;
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, "There is no tool of that name");
    const result = await callTool(tool, params.arguments ?? {}, ctx, refuse);
    if (!tool.annotations.readOnlyHint) onToolCall(describeCall(params.name, ctx, result));
    return result;
  });
  return server;
};

const describeCall = (tool: string, { principal, requestId }: Context, result: ToolResult): ToolCall => ({
  tool,
  role: principal.role,
  actor: "name" in principal ? principal.name : null,
  requestId,
  code: result.isError ? String(result.structuredContent.code) : null,
});

/** The address is not the caller's: the protocol does not read it, and a wrong `Host` would not parse. */
const toWebRequest = ({ headers }: IncomingMessage, signal: AbortSignal): Request => {
  const sent = new Headers();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !name.startsWith(":")) sent.set(name, String(value));
  return new Request("http://localhost/mcp", { method: "POST", headers: sent, signal });
};
