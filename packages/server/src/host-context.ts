import { randomUUID } from "node:crypto";
import { IncomingMessage, ServerResponse } from "node:http";
import {
  authenticateRequest,
  BatchBudget,
  type Context,
  parseRequestTarget,
  toTrpcError,
  unreadableTarget,
} from "@adjourn/router";
import { SessionError, type SessionService } from "@adjourn/sessions";
import { hasSeveralHosts, severalHosts } from "./admission/host-header.js";
import type { Endpoints } from "./create-endpoints.js";

/** A request as tRPC's adapters for Express, `node:http`, WebSockets and Fastify name it. */
export interface ContextOptions {
  readonly req: IncomingMessage | { readonly raw: IncomingMessage };
  readonly res?: unknown;
  readonly info?: {
    readonly isBatchCall?: boolean;
    readonly calls?: readonly unknown[];
    readonly connectionParams?: Readonly<Record<string, string | undefined>> | null;
  };
}

type Checks = Pick<Endpoints, "credentials" | "requestGuard" | "isDraining">;

/**
 * The context of Adjourn's procedures in an application's own router, with the checks that every request gets.
 * @throws TRPCError of a SessionError `FORBIDDEN`, `RATE_LIMITED`, `VALIDATION_ERROR`, `SERVICE_UNAVAILABLE`
 */
export const createHostContext =
  (checks: Checks, sessions: SessionService) =>
  async (options: ContextOptions): Promise<Context> => {
    try {
      return await makeContext(checks, sessions, options);
    } catch (error) {
      throw error instanceof SessionError ? toTrpcError(error) : error;
    }
  };

const makeContext = async (
  { credentials, requestGuard, isDraining }: Checks,
  sessions: SessionService,
  { req, res, info }: ContextOptions,
): Promise<Context> => {
  const request = req instanceof IncomingMessage ? req : req.raw;
  const target = parseRequestTarget(request.url);
  if (!target) throw unreadableTarget();
  if (hasSeveralHosts(request)) throw severalHosts();
  const response = responseOf(res);
  const header = await authenticateRequest(credentials, request.headers, target);
  const token = info?.connectionParams?.token;
  const isMissing = header.role === "nobody" && header.why === "missing";
  // Over SSE, `connectionParams` are in the address, where only a ticket is accepted.
  const principal =
    isMissing && token !== undefined
      ? await credentials.authenticate(token, response ? "ticket" : "any")
      : header;
  await requestGuard.admit(request, principal, Math.max(1, info?.calls?.length ?? 1));
  if (isDraining()) throw new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down");
  const batch = info?.isBatchCall ? new BatchBudget(request.socket) : undefined;
  return { sessions, credentials, principal, requestId: randomUUID(), batch, response };
};

/** What a subscription over SSE writes to. */
const responseOf = (res: unknown): Context["response"] => {
  const response = fieldOf(res, "raw") ?? res;
  if (!(response instanceof ServerResponse)) return undefined;
  return {
    get waitingBytes() {
      return response.writableLength;
    },
    destroy: () => {
      response.destroy();
    },
  };
};

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
