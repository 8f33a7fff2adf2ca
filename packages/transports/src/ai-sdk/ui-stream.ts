import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { isPeerGone, unlessPeerGone } from "../sse/peer-gone.js";
import { commentEveryMs, sseComment, sseHeaders } from "../sse/sse.js";
import type { UiPart } from "./ui-parts.js";

const headers = {
  ...sseHeaders,
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-cache",
  "x-vercel-ai-ui-message-stream": "v1",
} as const;

/** Writes a UI message stream as the answer of a request. After {@link close} it writes nothing. */
export class UiStream {
  private readonly comments: NodeJS.Timeout;

  constructor(private readonly response: ServerResponse) {
    response.writeHead(200, headers);
    this.comments = setInterval(() => this.write(sseComment), commentEveryMs).unref();
    response.once("close", () => clearInterval(this.comments));
  }

  send(part: UiPart): void {
    this.write(`data: ${JSON.stringify(part)}\n\n`);
  }

  /** Resolves once the reader has taken what was written, or is gone. */
  async drained(): Promise<void> {
    if (isPeerGone(this.response) || !this.response.writableNeedDrain) return;
    await unlessPeerGone(this.response, once(this.response, "drain"));
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.comments);
    this.write("data: [DONE]\n\n");
    this.response.end();
  }

  private write(text: string): void {
    if (!this.response.writableEnded && !isPeerGone(this.response)) this.response.write(text);
  }
}
