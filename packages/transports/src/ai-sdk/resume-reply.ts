import type { ServerResponse } from "node:http";
import type { EventFrame, PendingReply, SessionEvent, SubscriberSink, Subscription } from "@adjourn/sessions";
import { isPeerGone } from "../sse/peer-gone.js";
import { ReplyParts } from "./reply-parts.js";
import { UiStream } from "./ui-stream.js";

/**
 * Streams the newest reply in flight as a UI message, from its beginning. `subscribe` is the domain's `sessionEvents`;
 * its errors are thrown before anything is written.
 * @returns false if there is no reply in flight; nothing is written in that case
 */
export const resumeUiReply = async (
  response: ServerResponse,
  subscribe: (sink: SubscriberSink) => Promise<Subscription>,
): Promise<boolean> => {
  if (isPeerGone(response)) return true;
  const sink = new ResumeSink(response);
  const subscription = await subscribe(sink);
  sink.onceDone(() => subscription.leave());
  return sink.hasReply;
};

/** Follows one reply of a session. It is done when the reply ends, the session ends or the reader leaves. */
class ResumeSink implements SubscriberSink {
  private followed: Followed | null = null;
  private isDone = false;
  private leave: () => void = () => {};
  private readonly gone: Promise<void>;

  constructor(private readonly response: ServerResponse) {
    this.gone = new Promise((resolve) => response.once("close", resolve));
    response.once("close", () => this.done());
  }

  get hasReply(): boolean {
    return this.followed !== null || isPeerGone(this.response);
  }

  onceDone(leave: () => void): void {
    this.leave = leave;
    if (this.isDone) leave();
  }

  write({ event }: EventFrame): void {
    if (this.isDone) return;
    if (event.type === "session.started") this.begin(event.pendingReplies.at(-1));
    else if (this.followed?.take(event)) this.done();
  }

  get waitingBytes(): number {
    return this.response.writableLength;
  }

  async drained(): Promise<void> {
    await Promise.race([this.followed?.ui.drained(), this.gone]);
  }

  end(last: EventFrame): void {
    this.write(last);
    this.done();
  }

  drop(): void {
    this.response.destroy();
  }

  destroy(): void {
    this.response.destroy();
  }

  private begin(reply: PendingReply | undefined): void {
    if (reply) this.followed = new Followed(reply, new UiStream(this.response));
    else this.done();
  }

  private done(): void {
    if (this.isDone) return;
    this.isDone = true;
    this.followed?.ui.close();
    this.leave();
  }
}

class Followed {
  private readonly parts: ReplyParts;

  constructor(
    private readonly reply: PendingReply,
    readonly ui: UiStream,
  ) {
    this.parts = new ReplyParts(reply.messageId, (part) => ui.send(part));
    this.parts.add(reply.text ?? "");
  }

  /** @returns whether the reply has ended */
  take(event: SessionEvent): boolean {
    switch (event.type) {
      case "message.delta":
        // Without the text so far, a delta would not follow what was sent; the stored message has all of it.
        if (event.messageId === this.reply.messageId && this.reply.text !== null) this.parts.add(event.text);
        return false;
      case "message": {
        const { id, content, finishReason } = event.message;
        if (id !== this.reply.messageId) return false;
        this.parts.finish(content, finishReason);
        return true;
      }
      case "message.failed":
        if (event.inReplyTo !== this.reply.inReplyTo) return false;
        if (event.code === "REPLY_CANCELLED") this.parts.cancel();
        else this.parts.fail(`The reply failed: ${event.code}`);
        return true;
      case "session.ended":
        this.parts.end(event);
        return true;
      default:
        return false;
    }
  }
}
