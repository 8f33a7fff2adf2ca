import { randomUUID } from "node:crypto";
import { type Log, withDeadline } from "@adjourn/sessions";
import { SpanKind } from "@opentelemetry/api";
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { systemClock } from "../../system-clock.js";
import { ReportingExporter } from "./reporting-exporter.js";
import { noteError, Spans } from "./spans.js";
import { traceAgents } from "./traced-agents.js";
import { traceBus } from "./traced-bus.js";
import { traceOperations } from "./traced-operations.js";
import { traceRequests, traceUpgrade } from "./traced-requests.js";
import { traceStore } from "./traced-store.js";
import type { Tracing, TracingSettings } from "./tracing.js";

interface Dependencies {
  readonly log: Log;
  /** What the store is, as `db.system.name` has it. */
  readonly databaseSystem: "sqlite" | "postgresql";
}

/**
 * Starts OpenTelemetry's SDK, which reads its other variables by itself: headers, time-outs, sampler, batches, resource.
 * Loaded only where traces are exported.
 */
export const openTracing = async (
  { tracesUrl, protocol }: TracingSettings,
  { log, databaseSystem }: Dependencies,
): Promise<Tracing> => {
  const { OTLPTraceExporter } = await importExporter(protocol);
  const exporter = new ReportingExporter(new OTLPTraceExporter({ url: tracesUrl }), log);
  const provider = new BasicTracerProvider({
    resource: describeProcess(),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const spans = new Spans(provider.getTracer("adjourn"));
  return {
    domain: {
      span: (name, sessionId, work) => {
        const attributes = sessionId === null ? {} : { "gen_ai.conversation.id": sessionId };
        return spans.run(name, { attributes }, work);
      },
    },
    store: (store) => traceStore(store, databaseSystem, spans),
    bus: (bus) => traceBus(bus, spans),
    agents: (agents) => traceAgents(agents, spans),
    sessions: (sessions) => traceOperations(sessions, spans),
    requests: (serve) => traceRequests(serve, spans),
    call: traceCall(spans),
    operation: (operation, work) => spans.run(operation, { kind: spans.kindOfCall, operation }, work),
    upgrade: (request, open) => traceUpgrade(spans, request, open),
    close: (withinMs) => withDeadline(systemClock, withinMs, provider.shutdown(), undefined),
  };
};

const importExporter = (protocol: TracingSettings["protocol"]) =>
  protocol === "http/json"
    ? import("@opentelemetry/exporter-trace-otlp-http")
    : import("@opentelemetry/exporter-trace-otlp-proto");

const traceCall =
  (spans: Spans): Tracing["call"] =>
  (operation, next) =>
    spans.run(operation, { kind: SpanKind.SERVER, operation }, async (span) => {
      const result = await next();
      if (result.error) noteError(span, result.error);
      return result;
    });

/** The variables of the environment win. */
const describeProcess = (): Resource =>
  defaultResource()
    .merge(resourceFromAttributes({ "service.name": "adjourn", "service.instance.id": randomUUID() }))
    .merge(detectResources({ detectors: [envDetector] }));
