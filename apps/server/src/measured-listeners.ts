import type { DropCause, EventFrame, ListenerWriter, Sessions } from "@adjourn/sessions";
import { Histogram, type Registry } from "prom-client";

/** The domain, with the time noted that it takes an end to reach each listener here, from wherever it was made. */
export const measureListeners = (sessions: Sessions, registry: Registry, now: () => number): Sessions => {
  const latencies = new Histogram({
    name: "adjourn_drop_latency_seconds",
    help: "Time from a session's end, as recorded, until its listeners here are told and dropped",
    buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10],
    registers: [registry],
  });
  const onEnd = (endedAt: string) => latencies.observe(Math.max(0, now() - Date.parse(endedAt)) / 1_000);
  return {
    ...sessions,
    listen: (input, writer, credential) =>
      sessions.listen(input, new MeasuredWriter(writer, onEnd), credential),
  };
};

class MeasuredWriter implements ListenerWriter {
  constructor(
    private readonly writer: ListenerWriter,
    private readonly onEnd: (endedAt: string) => void,
  ) {}

  get waitingBytes(): number {
    return this.writer.waitingBytes;
  }

  write(frame: EventFrame): void {
    if (frame.event.type === "session.ended") this.onEnd(frame.event.endedAt);
    this.writer.write(frame);
  }

  drained(): Promise<void> {
    return this.writer.drained();
  }

  end(): void {
    this.writer.end();
  }

  drop(cause: DropCause): void {
    this.writer.drop(cause);
  }

  destroy(): void {
    this.writer.destroy();
  }
}
