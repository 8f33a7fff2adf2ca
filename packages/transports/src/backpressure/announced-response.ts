import { type IncomingMessage, ServerResponse } from "node:http";

/** Emits `ended` once the whole answer has been written, which can be long before the peer has taken it. */
export class AnnouncedResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  override end(...given: unknown[]): this {
    // Passed on unchanged: the overloads of `end` differ in which arguments may be missing.
    super.end(...(given as [unknown, BufferEncoding]));
    this.emit("ended");
    return this;
  }
}
