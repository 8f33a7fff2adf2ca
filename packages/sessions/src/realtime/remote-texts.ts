import type { EventBody, TextSoFar } from "../ports/index.js";
import { limits } from "../schemas/index.js";

type Delta = Extract<EventBody, { type: "message.delta" }>;

/** A delta to deliver, and whether it begins its reply. */
export interface RemoteDelta {
  readonly delta: Delta;
  readonly isBeginning: boolean;
}

/**
 * The text so far of the replies that other nodes run, for the subscribers of this node. Deltas pass it in order and each
 * once. After a gap none passes until the node that runs the reply has sent its text, so that what a subscriber receives
 * is a beginning of the reply at any time.
 */
export class RemoteTexts {
  /** By message id, oldest first. */
  private readonly texts = new Map<string, TextSoFar>();
  /** The messages whose replies have ended, oldest first. A late delta must not follow the end. */
  private readonly ended = new Set<string>();
  private readonly waiters = new Set<{ readonly ids: readonly string[]; readonly resolve: () => void }>();

  constructor(private readonly requestTexts: () => void) {}

  get(messageId: string): TextSoFar | undefined {
    return this.texts.get(messageId);
  }

  /** @returns the delta to deliver; null for one that repeats, is late or follows a gap */
  takeDelta(delta: Delta): RemoteDelta | null {
    const { messageId, inReplyTo, index, text } = delta;
    if (this.ended.has(inReplyTo)) return null;
    const known = this.texts.get(messageId);
    if (index < (known?.nextIndex ?? 0)) return null;
    if (index > (known?.nextIndex ?? 0)) {
      this.requestTexts();
      return null;
    }
    this.set({ messageId, inReplyTo, text: (known?.text ?? "") + text, nextIndex: index + 1 });
    return { delta, isBeginning: index === 0 };
  }

  /** @returns one delta with all that is new to this node, or null */
  takeText(reply: TextSoFar): RemoteDelta | null {
    const { messageId, inReplyTo, text, nextIndex } = reply;
    if (this.ended.has(inReplyTo)) return null;
    const known = this.texts.get(messageId);
    if (known && nextIndex <= known.nextIndex) return null;
    this.set(reply);
    const missing = text.slice(known?.text.length ?? 0);
    if (missing === "") return null;
    const delta = {
      type: "message.delta",
      messageId,
      inReplyTo,
      index: nextIndex - 1,
      text: missing,
    } as const;
    return { delta, isBeginning: !known?.text };
  }

  /** The reply to this message was stored or has failed. */
  end(inReplyTo: string): void {
    for (const [messageId, reply] of this.texts)
      if (reply.inReplyTo === inReplyTo) this.texts.delete(messageId);
    this.ended.add(inReplyTo);
    const [oldest] = this.ended;
    if (oldest !== undefined && this.ended.size > limits.inFlightReplies) this.ended.delete(oldest);
  }

  /** `known` resolves once the text of each of these replies is known; `stop` ends the wait. */
  wait(ids: readonly string[]): { readonly known: Promise<void>; stop(): void } {
    let stop = () => {};
    const known = new Promise<void>((resolve) => {
      const waiter = { ids, resolve };
      this.waiters.add(waiter);
      stop = () => this.waiters.delete(waiter);
    });
    this.resolveWaiters();
    return { known, stop: () => stop() };
  }

  /** Called when nobody follows the deltas any more. */
  clear(): void {
    this.texts.clear();
  }

  private set(reply: TextSoFar): void {
    this.texts.set(reply.messageId, reply);
    const [oldest] = this.texts.keys();
    if (oldest !== undefined && this.texts.size > limits.inFlightReplies) this.texts.delete(oldest);
    this.resolveWaiters();
  }

  private resolveWaiters(): void {
    for (const { ids, resolve } of this.waiters) if (ids.every((id) => this.texts.has(id))) resolve();
  }
}
