import type { Log } from "@adjourn/sessions";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";

/** An export to a collector that is down fails every few seconds. */
const logEveryMs = 60_000;

/** Logs spans that could not be exported, at most once a minute. */
export class ReportingExporter implements SpanExporter {
  private lost = 0;
  private loggedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly log: Log,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans, (result) => {
      if (result.code !== ExportResultCode.SUCCESS) this.failed(spans.length, result.error);
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  private failed(spans: number, error: Error | undefined): void {
    this.lost += spans;
    const now = performance.now();
    if (now - this.loggedAt < logEveryMs) return;
    this.log.warn("Traces could not be exported", { spans: this.lost, cause: error?.message ?? "unknown" });
    this.loggedAt = now;
    this.lost = 0;
  }
}
