import type { FinishReason } from "@adjourn/sessions";
import type { SessionEnd, UiFinishReason, UiPart } from "./ui-parts.js";

const finishReasons: Readonly<Record<FinishReason, UiFinishReason>> = {
  stop: "stop",
  length: "length",
  content_filter: "content-filter",
  cancelled: "other",
  other: "other",
};

/** Sends one reply as the parts of a UI message, in the order that the client requires. */
export class ReplyParts {
  private text = "";

  constructor(
    readonly messageId: string,
    private readonly send: (part: UiPart) => void,
  ) {
    send({ type: "start", messageId });
    send({ type: "start-step" });
  }

  add(delta: string): void {
    if (delta === "") return;
    const id = this.messageId;
    // The client throws on a delta without its start.
    if (this.text === "") this.send({ type: "text-start", id });
    this.text += delta;
    this.send({ type: "text-delta", id, delta });
  }

  /** `content` is the stored reply; what of it has not been sent is sent first. */
  finish(content: string, finishReason: FinishReason | undefined): void {
    if (content.startsWith(this.text)) this.add(content.slice(this.text.length));
    if (this.text !== "") this.send({ type: "text-end", id: this.messageId });
    this.send({ type: "finish-step" });
    this.send({ type: "finish", finishReason: finishReasons[finishReason ?? "stop"] });
  }

  fail(errorText: string): void {
    this.send({ type: "error", errorText });
  }

  /** For a reply that was cancelled without a text to keep. The client would take an error for a failure. */
  cancel(): void {
    this.send({ type: "abort" });
  }

  end({ cause, reason, endedAt }: SessionEnd): void {
    this.send({ type: "data-session-ended", data: { cause, reason, endedAt }, transient: true });
    // A reason of null does not match the client's schema.
    this.send(reason === null ? { type: "abort" } : { type: "abort", reason });
  }
}
