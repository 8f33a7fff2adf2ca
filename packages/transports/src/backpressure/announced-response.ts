import { type IncomingMessage, ServerResponse } from "node:http";

/** Says (`ended`) when it has been written to its end, which may be long before its peer has taken it. */
export class AnnouncedResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  override end(...given: unknown[]): this {
    // As it was given: the overloads of `end` differ in which of these may be missing.
    super.end(...(given as [unknown, BufferEncoding]));
    this.emit("ended");
    return this;
  }
}
