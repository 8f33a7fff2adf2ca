import type { ServerResponse } from "node:http";
import {
  type DropCause,
  type EventFrame,
  type ListenerWriter,
  type Listening,
  SessionError,
} from "@adjourn/sessions";

export interface SseTimes {
  /** How often an idle connection hears a comment. */
  readonly commentEveryMs: number;
  /** How long what was written may stay untaken until the peer counts as gone. */
  readonly silentMs: number;
}

const defaultTimes: SseTimes = { commentEveryMs: 15_000, silentMs: 35_000 };

export const sseHeaders = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-cache, no-transform",
  // Proxies such as nginx would hold events back to fill a buffer.
  "X-Accel-Buffering": "no",
} as const;

/**
 * Serves a session's events as SSE and returns once the listener has entered. `enter` is the domain's `listen`; what
 * it rejects with is thrown before anything is written, so the caller can still answer with a status.
 * @throws SessionError `SERVICE_UNAVAILABLE` where the server began to drain before the first event
 */
export const listenOverSse = async (
  response: ServerResponse,
  enter: (writer: ListenerWriter) => Promise<Listening>,
  times: SseTimes = defaultTimes,
): Promise<void> => {
  const listener = new SseListener(response, times);
  const listening = await enter(listener);
  listener.whenGone(() => listening.leave());
  if (listener.isRefused) throw new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down");
};

class SseListener implements ListenerWriter {
  /** Let go of before it heard anything: an empty answer would tell an EventSource never to come back. */
  isRefused = false;
  private readonly timer: NodeJS.Timeout;
  private takenAt = performance.now();
  private isGone = false;
  private leave: () => void = () => {};
  private wakeDrained: (() => void)[] = [];

  constructor(
    private readonly response: ServerResponse,
    private readonly times: SseTimes,
  ) {
    this.timer = setInterval(() => this.beat(), times.commentEveryMs);
    this.timer.unref();
    response.on("drain", () => this.wake());
    response.once("finish", () => this.gone());
    response.once("close", () => this.gone());
  }

  whenGone(leave: () => void): void {
    this.leave = leave;
    if (this.isGone) leave();
  }

  write(frame: EventFrame): void {
    if (this.isGone || this.response.writableEnded) return;
    if (!this.response.headersSent) this.response.writeHead(200, sseHeaders);
    this.response.write(blockOf(frame));
  }

  get waitingBytes(): number {
    return this.response.writableLength;
  }

  drained(): Promise<void> {
    if (this.isGone || !this.response.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => this.wakeDrained.push(resolve));
  }

  end(): void {
    this.response.end();
  }

  /** An EventSource comes back by itself after either, with its last id. */
  drop(cause: DropCause): void {
    if (cause === "too_slow") this.response.destroy();
    else if (this.response.headersSent) this.response.end();
    else this.isRefused = true;
  }

  destroy(): void {
    this.response.destroy();
  }

  private beat(): void {
    if (!this.response.headersSent) return;
    if (this.response.writableLength === 0) this.takenAt = performance.now();
    else if (performance.now() - this.takenAt > this.times.silentMs) return void this.response.destroy();
    if (!this.response.writableEnded) this.response.write(": still here\n\n");
  }

  private wake(): void {
    this.takenAt = performance.now();
    for (const wake of this.wakeDrained.splice(0)) wake();
  }

  private gone(): void {
    if (this.isGone) return;
    this.isGone = true;
    clearInterval(this.timer);
    this.wake();
    this.leave();
  }
}

/** One buffer for all who hear the event on this wire. */
const blockOf = ({ event, json, wireForms }: EventFrame): Buffer => {
  const existing = wireForms.get("sse");
  if (existing instanceof Buffer) return existing;
  const block = Buffer.from(`id: ${event.id}\ndata: ${json}\n\n`);
  wireForms.set("sse", block);
  return block;
};
