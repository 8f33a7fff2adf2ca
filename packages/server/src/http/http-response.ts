import { type IncomingMessage, ServerResponse } from "node:http";

type Name = string;
type Value = string | number;

/** What an answer that no page displays needs. Each can be set to another value before the answer is written. */
const ordinaryHeaders = [
  "X-Content-Type-Options",
  "nosniff",
  "Referrer-Policy",
  "no-referrer",
  "X-Frame-Options",
  "DENY",
  "Content-Security-Policy",
  "default-src 'none'; frame-ancestors 'none'",
] as const;
const ordinaryVary = ["Vary", "Origin"] as const;

/**
 * Sets the headers of every answer on a response of another program's server, whose class is not ours. What the program has
 * set already stays.
 */
export const setOrdinaryHeaders = (response: ServerResponse, requestId: string): void => {
  const headers = [
    "X-Request-Id",
    requestId,
    "Cache-Control",
    "no-store",
    ...ordinaryHeaders,
    ...ordinaryVary,
  ];
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? "";
    if (!response.hasHeader(name)) response.setHeader(name, headers[at + 1] ?? "");
  }
};

/** Adds the headers of every answer when it writes them, and reports when the whole answer has been written. */
export class HttpResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  /** Sent in `X-Request-Id`. */
  requestId = "";
  /** The network of the client. */
  network = "";
  /** Called once the whole answer has been written, which can be long before the peer has taken it. */
  onEnded: ((response: HttpResponse) => void) | null = null;

  /**
   * Names and values in one list, with nothing set before, are passed on as one list: the checks of `setHeader` for each
   * would take longer than the rest of a short answer. Of the headers that every answer has, the list names its
   * `Cache-Control`, and `Vary` or not.
   */
  override writeHead(status: number, ...given: unknown[]): this {
    const [headers] = given;
    if (Array.isArray(headers) && this.getHeaderNames().length === 0) {
      const all: (Name | Value)[] = ["X-Request-Id", this.requestId, ...ordinaryHeaders, ...headers];
      if (!headers.includes("Vary")) all.push(...ordinaryVary);
      return super.writeHead(status, all as string[]);
    }
    this.setMissing("X-Request-Id", this.requestId);
    this.setMissing("Cache-Control", "no-store");
    this.setMissing(...ordinaryVary);
    for (let i = 0; i < ordinaryHeaders.length; i += 2)
      this.setMissing(ordinaryHeaders[i] ?? "", ordinaryHeaders[i + 1] ?? "");
    // Passed on unchanged: the overloads of `writeHead` differ in which arguments may be missing.
    return super.writeHead(status, ...(given as [string]));
  }

  override end(...given: unknown[]): this {
    // Passed on unchanged, as above.
    super.end(...(given as [unknown, BufferEncoding]));
    this.onEnded?.(this);
    return this;
  }

  private setMissing(name: Name, value: Value): void {
    if (!this.hasHeader(name)) this.setHeader(name, value);
  }
}
