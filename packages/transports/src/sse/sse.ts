import type { ServerResponse } from "node:http";
import {
  type DropCause,
  type EventFrame,
  SessionError,
  type SubscriberSink,
  type Subscription,
} from "@adjourn/sessions";
import { isPeerGone } from "./peer-gone.js";

/** How often an idle connection hears a comment (contract §4), and what. */
export const commentEveryMs = 15_000;
export const sseComment = ": still here\n\n";

export const sseHeaders = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-cache, no-transform",
  // Proxies such as nginx would hold events back to fill a buffer.
  "X-Accel-Buffering": "no",
} as const;

/**
 * What a subscriber gets from a node that is shutting down. An EventSource gives up for good on any other status; behind
 * this answer it comes back after a second, with its last id, and meets another node.
 */
export const answerReconnect = (response: ServerResponse): void => {
  response.writeHead(200, sseHeaders);
  response.end("retry: 1000\n\n");
};

/**
 * Serves a session's events as SSE and returns once the listener has entered. `enter` is the domain's `listen`; what
 * it rejects with is thrown before anything is written, so the caller can still answer with a status.
 * @throws SessionError `SERVICE_UNAVAILABLE` where the server began to drain before the first event
 */
export const subscribeOverSse = async (
  response: ServerResponse,
  enter: (writer: SubscriberSink) => Promise<Subscription>,
  everyMs = commentEveryMs,
): Promise<void> => {
  if (isPeerGone(response)) return;
  const sink = new SseSink(response, everyMs);
  const subscription = await enter(sink);
  sink.whenGone(() => subscription.leave());
  if (sink.isRefused) throw new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down");
};

class SseSink implements SubscriberSink {
  /** Let go of before it heard anything: an empty answer would tell an EventSource never to come back. */
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

/** One buffer for all who hear the event on this wire. */
const blockOf = ({ event, json, wireForms }: EventFrame): Buffer => {
  const existing = wireForms.get("sse");
  if (existing instanceof Buffer) return existing;
  const block = Buffer.from(`id: ${event.id}\ndata: ${json}\n\n`);
  wireForms.set("sse", block);
  return block;
};
