import { AsyncLocalStorage } from "node:async_hooks";
import { toRefusal } from "@adjourn/router";
import {
  type Attributes,
  type Context,
  createContextKey,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { parseTraceParent } from "@opentelemetry/core";

export interface SpanOptions {
  /** `INTERNAL` if missing. */
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** The operationId that the span stands for. */
  readonly operation?: string;
}

const operationKey = createContextKey("adjourn operation");

/**
 * Starts spans below the active one. The active context is kept here and not in OpenTelemetry's global registration, which
 * belongs to the program around this server.
 */
export class Spans {
  private readonly contexts = new AsyncLocalStorage<Context>();

  constructor(private readonly tracer: Tracer) {}

  /** Undefined outside of any span. A span of another process is not recording. */
  get active(): Span | undefined {
    return trace.getSpan(this.context);
  }

  /** The operationId that the active span stands for. */
  get activeOperation(): unknown {
    return this.context.getValue(operationKey);
  }

  /** Of a call that is not part of a traced request it is `SERVER`. */
  get kindOfCall(): SpanKind {
    return this.active?.isRecording() ? SpanKind.INTERNAL : SpanKind.SERVER;
  }

  /** Starts a span, which the caller ends. */
  start(name: string, { kind = SpanKind.INTERNAL, attributes = {} }: SpanOptions): Span {
    return this.tracer.startSpan(name, { kind, attributes }, this.context);
  }

  /** Runs `work` with this span active. */
  within<Result>(span: Span, operation: string | undefined, work: () => Result): Result {
    const context = trace.setSpan(this.context, span);
    return this.contexts.run(context.setValue(operationKey, operation), work);
  }

  /** Runs `work` in a span that ends with it, or with its promise. */
  run<Result>(name: string, options: SpanOptions, work: (span: Span) => Result): Result {
    const span = this.start(name, options);
    return endingWith(span, () => this.within(span, options.operation, () => work(span)));
  }

  /** Runs `work` below a span of another process; without a valid one, below none. */
  continued<Result>(traceparent: string | undefined, work: () => Result): Result {
    const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
    const context =
      parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
    return this.contexts.run(context, work);
  }

  private get context(): Context {
    return this.contexts.getStore() ?? ROOT_CONTEXT;
  }
}

const endingWith = <Result>(span: Span, work: () => Result): Result => {
  const failed = (error: unknown) => {
    noteError(span, error);
    span.end();
  };
  try {
    const result: unknown = work();
    if (result instanceof Promise) result.then(() => span.end(), failed);
    else span.end();
    // Unchanged; it was `unknown` only for the check above.
    return result as Result;
  } catch (error) {
    failed(error);
    throw error;
  }
};

/** Sets the type of an error only: its message may contain what someone wrote. A caller's mistake is no failure. */
export const noteError = (span: Span, error: unknown): void => {
  const { code, status } = toRefusal(error);
  const isUnexpected = code === "INTERNAL_ERROR" && error instanceof Error;
  span.setAttribute("error.type", isUnexpected ? error.constructor.name : code);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
};

/** The header of a span, as the next process reads it. */
export const traceparentOf = (span: Span): string => {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${(traceFlags & 1).toString(16).padStart(2, "0")}`;
};

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The session that an input names. What is no UUID was never minted here, and may be anything. */
export const conversationOf = (input: unknown): Attributes => {
  const sessionId: unknown =
    typeof input === "object" && input !== null ? Reflect.get(input, "sessionId") : undefined;
  return typeof sessionId === "string" && uuid.test(sessionId) ? { "gen_ai.conversation.id": sessionId } : {};
};
