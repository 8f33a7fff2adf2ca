import type { ServerResponse } from "node:http";
import {
  type DropCause,
  type EventFrame,
  SessionError,
  type SubscriberSink,
  type Subscription,
} from "@adjourn/sessions";
import { isPeerGone } from "./peer-gone.js";

/** Interval of the comments on an idle connection (contract §4). */
export const commentEveryMs = 15_000;
export const sseComment = ": still here\n\n";

export const sseHeaders = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-cache, no-transform",
  // Without it, proxies such as nginx buffer events.
  "X-Accel-Buffering": "no",
} as const;

/**
 * Answers a subscriber on a node that is shutting down. An EventSource gives up for good on an error status; after this
 * answer it reconnects within a second with its last event id and reaches another node.
 */
export const answerReconnect = (response: ServerResponse): void => {
  response.writeHead(200, sseHeaders);
  response.end("retry: 1000\n\n");
};

/**
 * Serves a session's events as SSE and resolves once the subscriber has started. `subscribe` is the domain's
 * `sessionEvents`; its errors are thrown before anything is written, so that the caller can answer with a status.
 * @throws SessionError `SERVICE_UNAVAILABLE` if the server began to drain before the first event
 */
export const subscribeOverSse = async (
  response: ServerResponse,
  subscribe: (sink: SubscriberSink) => Promise<Subscription>,
  everyMs = commentEveryMs,
): Promise<void> => {
  if (isPeerGone(response)) return;
  const sink = new SseSink(response, everyMs);
  const subscription = await subscribe(sink);
  sink.whenGone(() => subscription.leave());
  if (sink.isRefused) throw new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down");
};

class SseSink implements SubscriberSink {
  /** Dropped before the first event. An empty answer would make an EventSource give up for good. */
  isRefused = false;
  private readonly timer: NodeJS.Timeout;
  private isGone = false;
  private leave: () => void = () => {};
  private wakeDrained: (() => void)[] = [];

  constructor(
    private readonly response: ServerResponse,
    everyMs: number,
  ) {
    this.timer = setInterval(() => this.beat(), everyMs);
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

  end(last: EventFrame): void {
    this.write(last);
    this.response.end();
  }

  /** An EventSource reconnects after either, with its last event id. */
  drop(cause: DropCause): void {
    if (cause === "too_slow") this.response.destroy();
    else if (this.response.headersSent) this.response.end();
    else this.isRefused = true;
  }

  destroy(): void {
    this.response.destroy();
  }

  private beat(): void {
    if (this.response.headersSent && !this.response.writableEnded) this.response.write(sseComment);
  }

  private wake(): void {
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

/** One buffer for all subscribers of the event on this wire. */
const blockOf = ({ event, json, wireForms }: EventFrame): Buffer => {
  const existing = wireForms.get("sse");
  if (existing instanceof Buffer) return existing;
  const block = Buffer.from(`id: ${event.id}\ndata: ${json}\n\n`);
  wireForms.set("sse", block);
  return block;
};
