import type { IncomingMessage } from "node:http";
import { operationOfRequest, toRefusal } from "@adjourn/router";
import { type Span, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { Spans } from "./spans.js";
import type { Serve } from "./tracing.js";

const knownMethods = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]);
/** What is asked every few seconds by machines. */
const probes = /^\/(healthz|readyz|metrics)\/?(\?|$)/;

/** Wraps what answers requests: one span a request, which ends when its answer has been sent or its connection is lost. */
export const traceRequests =
  (serve: Serve, spans: Spans): Serve =>
  (request, response, requestId) => {
    if (probes.test(request.url ?? "")) return serve(request, response, requestId);
    const method = methodOf(request);
    const operation = operationOfRequest(request) ?? undefined;
    return spans.continued(traceparentIn(request), () => {
      // The address is left out: it may carry a ticket, and whatever a caller put there.
      const attributes = { "http.request.method": method };
      const span = spans.start(operation ?? method, { kind: SpanKind.SERVER, attributes });
      response.once("close", () => {
        if (response.headersSent) span.setAttribute("http.response.status_code", response.statusCode);
        if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      });
      return spans.within(span, operation, () => serve(request, response, requestId));
    });
  };

/** One span for a session's events, and for what is refused. The calls on another socket have spans of their own. */
export const traceUpgrade = (
  spans: Spans,
  request: IncomingMessage,
  open: () => Promise<void>,
): Promise<void> =>
  spans.continued(traceparentIn(request), () => {
    const method = methodOf(request);
    const operation = operationOfRequest(request) ?? undefined;
    const options = { kind: SpanKind.SERVER, attributes: { "http.request.method": method }, operation };
    const noteStatus = (span: Span, error: unknown): never => {
      span.setAttribute("http.response.status_code", toRefusal(error).status);
      throw error;
    };
    return operation === undefined
      ? open().catch((error) => spans.run(method, options, (span) => noteStatus(span, error)))
      : spans.run(operation, options, (span) => open().catch((error) => noteStatus(span, error)));
  });

const traceparentIn = ({ headers }: IncomingMessage): string | undefined => {
  const { traceparent } = headers;
  return typeof traceparent === "string" ? traceparent : undefined;
};

const methodOf = ({ method = "" }: IncomingMessage): string => (knownMethods.has(method) ? method : "_OTHER");
