import type { IncomingMessage, ServerResponse } from "node:http";
import type { TraceCall } from "@adjourn/router";
import type { AgentDirectory, EventBus, SessionService, SessionStore, Tracer } from "@adjourn/sessions";

export interface TracingSettings {
  /** Where spans are sent. */
  readonly tracesUrl: string;
  /** The encoding of OTLP. */
  readonly protocol: "http/json" | "http/protobuf";
}

/** Where a collector at this endpoint takes spans. */
export const tracesUrlBelow = (endpoint: string): string => `${endpoint.replace(/\/$/, "")}/v1/traces`;

/** Answers a request. */
export type Serve = (request: IncomingMessage, response: ServerResponse, requestId: string) => Promise<void>;

/** Records spans and exports them. Where no traces are exported, there is no such object. */
export interface Tracing {
  readonly domain: Tracer;
  /** Each of these returns a wrapper that records spans. */
  store(store: SessionStore): SessionStore;
  bus(bus: EventBus): EventBus;
  agents(agents: AgentDirectory): AgentDirectory;
  sessions(sessions: SessionService): SessionService;
  requests(serve: Serve): Serve;
  /** Records a call on a tRPC socket. */
  readonly call: TraceCall;
  /** Records a call over Socket.IO. */
  operation<Result>(operation: string, work: () => Result): Result;
  /** Runs what opens the socket of an upgrade, so that its spans continue the caller's trace. */
  upgrade(request: IncomingMessage, open: () => Promise<void>): Promise<void>;
  /** Exports what is recorded, for at most `withinMs`. */
  close(withinMs: number): Promise<void>;
}
