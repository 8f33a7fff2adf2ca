import type { IncomingMessage, ServerResponse } from "node:http";
import { authenticateRequest, type Credentials } from "@adjourn/router";
import { SessionError } from "@adjourn/sessions";
import type { Address } from "./address.js";
import type { Admit } from "./admission.js";
import { answer, answerJson } from "./answer.js";
import { docsPage, docsPolicy } from "./docs-page.js";
import type { Metrics } from "./metrics.js";
import type { OriginGuard } from "./origin-guard.js";

export type Page = (request: IncomingMessage, response: ServerResponse, address: Address) => Promise<void>;

// The document is made by the router.
const openApi = { openapi: "3.1.0", info: { title: "Adjourn", version: "0.1.0" }, paths: {} };

export interface PageNeeds {
  readonly credentials: Credentials;
  readonly guard: OriginGuard;
  readonly admit: Admit;
  readonly metrics: Metrics;
}

/** What is no operation: the OpenAPI document, its page and the metrics. */
export const createPages = ({ credentials, guard, admit, metrics }: PageNeeds): ReadonlyMap<string, Page> => {
  const docs = docsPage(openApi);

  const page =
    (send: (response: ServerResponse) => Promise<void> | void, key: "open" | "key"): Page =>
    async (request, response, { query }) => {
      if (request.method !== "GET" && request.method !== "HEAD") {
        response.setHeader("Allow", "GET, HEAD");
        throw new SessionError("METHOD_NOT_ALLOWED", "Only GET is served here");
      }
      guard.check(request);
      const principal = await authenticateRequest(credentials, request.headers, query);
      await admit(request, principal);
      if (key === "key") requireKey(principal.role);
      await send(response);
    };

  return new Map([
    ["/openapi.json", page((response) => answerJson(response, 200, openApi), "open")],
    [
      "/docs",
      page((response) => {
        response.setHeader("Content-Security-Policy", docsPolicy);
        answer(response, 200, "text/html; charset=utf-8", docs);
      }, "open"),
    ],
    [
      "/metrics",
      page(async (response) => answer(response, 200, metrics.contentType, await metrics.text()), "key"),
    ],
  ]);
};

const requireKey = (role: string): void => {
  if (role === "nobody") throw new SessionError("UNAUTHORIZED", "A valid key is required");
  if (role === "session") throw new SessionError("FORBIDDEN", "This key may not do that");
};
