import type { IncomingMessage, ServerResponse } from "node:http";
import { SessionError } from "@adjourn/sessions";
import { isPeerGone } from "@adjourn/transports";
import { requireAccess } from "../access.js";
import type { Context } from "../context.js";
import { authenticateRequest } from "../credentials/authenticate-request.js";
import { type Refusal, toRefusal } from "../errors/refusal.js";
import { requireJsonDepth } from "../requests/require-json-depth.js";
import { answerRefusal } from "../rest/answer.js";
import { dialects } from "../rest/dialects.js";
import type { KnownRequest, RestOptions } from "../rest/handler.js";
import { CallerLeft, readBody } from "../rest/read-body.js";
import type { ServeMcp, ToolCall } from "./serve-mcp.js";

export const isMcpPath = (path: string): boolean => path === "/mcp" || path === "/mcp/";

export type McpHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  known: KnownRequest,
) => Promise<void>;

export interface McpOptions extends RestOptions {
  /** Called with every call of a tool that changes something, after its result. `code` is null if it was not refused. */
  readonly onToolCall?: (call: ToolCall) => void;
}

/**
 * Serves MCP by `POST /mcp` (contract §13), with the checks of REST in the same order. The protocol's package is loaded by
 * the first call that passes them. Never rejects.
 */
export const createMcpHandler = (options: McpOptions): McpHandler => {
  const dialect = dialects[options.dialect];
  const onToolCall = options.onToolCall ?? (() => {});
  let loading: Promise<{ readonly serveMcp: ServeMcp }> | undefined;
  return async (request, response, known) => {
    const refuse = (error: unknown): Refusal => {
      options.onError?.(error, { path: known.target.path, requestId: known.requestId });
      return toRefusal(error, known.requestId);
    };
    try {
      const { ctx, body } = await readCall(options, request, known);
      loading ??= import("./serve-mcp.js");
      const { serveMcp } = await loading;
      // The first calls wait for the package; those whose callers have left meanwhile are not run.
      if (isPeerGone(response)) return;
      await serveMcp({ request, response, body, ctx, refuse, onToolCall });
    } catch (error) {
      if (error instanceof CallerLeft) return;
      const refusal = refuse(error);
      answerRefusal(
        response,
        { ...refusal, status: dialect.errorStatus(refusal) },
        dialect.errorBody(refusal),
      );
    }
  };
};

/** The checks before a message, and the message. Every request is counted, but a wrong method is reported first. */
const readCall = async (
  { admit, credentials, isDraining, sessions }: RestOptions,
  request: IncomingMessage,
  { target, requestId }: KnownRequest,
): Promise<{ readonly ctx: Context; readonly body: Readonly<Record<string, unknown>> }> => {
  const principal = await authenticateRequest(credentials, request.headers, target);
  const admitted = Promise.resolve(admit?.(request, principal));
  if (request.method !== "POST") {
    await admitted.catch(() => undefined);
    throw new SessionError("METHOD_NOT_ALLOWED", "Method not allowed", { allow: ["POST"] });
  }
  await admitted;
  // The operation that every role may call: a caller without a valid key is refused before the body is read.
  requireAccess("issueTicket", principal, undefined);
  // Not every message calls an operation, which would refuse by itself.
  if (isDraining?.()) throw new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down");
  const body = await readBody(request, true);
  requireJsonDepth(body);
  return { ctx: { sessions, credentials, principal, requestId, via: "mcp" }, body };
};
