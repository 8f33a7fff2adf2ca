import type { IncomingMessage, ServerResponse } from "node:http";
import {
  answerJson,
  authenticateRequest,
  type Credentials,
  createOpenapiDocument,
  type DialectName,
  type RequestTarget,
  renderDocsPage,
} from "@adjourn/router";
import { SessionError } from "@adjourn/sessions";
import type { RequestGuard } from "../admission/request-guard.js";
import type { Metrics } from "../observability/metrics.js";
import { answerElizaosHealth, elizaosHealthPaths } from "./health.js";

export type Page = (
  request: IncomingMessage,
  response: ServerResponse,
  target: RequestTarget,
) => Promise<void>;

/** The page has inline styles and no other resources. */
const docsPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

export interface PageDependencies {
  readonly credentials: Credentials;
  readonly requestGuard: RequestGuard;
  readonly metrics: Metrics;
  readonly restDialect: DialectName;
}

/** The paths that are not operations: the OpenAPI document, its page and the metrics. */
export const createPages = ({
  credentials,
  requestGuard,
  metrics,
  restDialect,
}: PageDependencies): ReadonlyMap<string, Page> => {
  // Not made at the start: it visits every schema, and few processes are ever asked for it.
  const openApi = once(() => createOpenapiDocument({ dialect: restDialect }));
  const docs = once(() => renderDocsPage(openApi()));

  const page =
    (send: (response: ServerResponse) => Promise<void> | void, key: "open" | "key"): Page =>
    async (request, response, target) => {
      requireRead(request);
      const principal = await authenticateRequest(credentials, request.headers, target);
      await requestGuard.admit(request, principal);
      if (key === "key") requireKey(principal.role);
      await send(response);
    };

  return new Map([
    ["/openapi.json", page((response) => answerJson(response, 200, openApi()), "open")],
    [
      "/docs",
      page((response) => {
        response.setHeader("Content-Security-Policy", docsPolicy);
        answerText(response, "text/html; charset=utf-8", docs());
      }, "open"),
    ],
    [
      "/metrics",
      page(async (response) => answerText(response, metrics.contentType, await metrics.text()), "key"),
    ],
    ...(restDialect === "elizaos" ? elizaosHealthPaths : []).map(
      (path) => [path, page(answerElizaosHealth, "open")] as const,
    ),
  ]);
};

/** Calls `make` the first time, and remembers its result. */
const once = <Result>(make: () => Result): (() => Result) => {
  let made: { readonly result: Result } | null = null;
  return () => {
    made ??= { result: make() };
    return made.result;
  };
};

const answerText = (response: ServerResponse, contentType: string, text: string): void => {
  response.writeHead(200, { "Content-Type": contentType, "Content-Length": Buffer.byteLength(text) });
  response.end(text);
};

/** @throws SessionError `METHOD_NOT_ALLOWED` unless the method is GET or HEAD */
export const requireRead = ({ method }: IncomingMessage): void => {
  if (method !== "GET" && method !== "HEAD")
    throw new SessionError("METHOD_NOT_ALLOWED", "Method not allowed", { allow: ["GET", "HEAD"] });
};

const requireKey = (role: string): void => {
  if (role === "nobody") throw new SessionError("UNAUTHORIZED", "A valid key is required");
  if (role === "session") throw new SessionError("FORBIDDEN", "This key may not do that");
};
