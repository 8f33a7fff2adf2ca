import { randomBytes } from "node:crypto";
import type { KeyedHash } from "./keyed-hash.js";

/** Largest difference between a message's time and now, in ms. Redis delivers within milliseconds or not at all. */
const freshMs = 30_000;

/** `unauthentic`: not signed by a node of this deployment, or for another channel. `stale`: too old, or received before. */
export type SealRefusal = "unauthentic" | "stale";

type Opened = { readonly json: string } | { readonly refused: SealRefusal };

/** The signature, the sender, the sender's message count and the time of sending in ms. */
const head = /^([\w-]{43})\.([\w-]{11})\.(\d{1,15})\.(\d{1,15})\./;
const signatureLength = 44;

/**
 * Signs the messages of this node together with their channel and verifies those of the others. Each message is accepted
 * once: a sender numbers its messages over all channels, and Redis preserves their order.
 */
export class SignedMessages {
  private readonly sender = randomBytes(8).toString("base64url");
  private sent = 0;
  /** The count and time of the newest message, by sender. */
  private readonly newest = new Map<string, { readonly count: number; readonly sentAt: number }>();

  constructor(
    private readonly hash: KeyedHash,
    private readonly now: () => number,
  ) {}

  seal(channel: string, json: string): string {
    this.sent += 1;
    const body = `${this.sender}.${this.sent}.${Math.round(this.now())}.${json}`;
    return `${this.hash.sign("bus", channel, body)}.${body}`;
  }

  open(channel: string, text: string): Opened {
    const [all = "", signature = "", sender = "", count = "", sentAt = ""] = head.exec(text) ?? [];
    if (all === "" || !this.hash.matches(signature, "bus", channel, text.slice(signatureLength)))
      return { refused: "unauthentic" };
    if (!this.isNew(sender, Number(count), Number(sentAt))) return { refused: "stale" };
    return { json: text.slice(all.length) };
  }

  private isNew(sender: string, count: number, sentAt: number): boolean {
    const now = this.now();
    if (Math.abs(now - sentAt) > freshMs) return false;
    const before = this.newest.get(sender);
    if (before && count <= before.count) return false;
    if (!before) this.forgetSilent(now);
    this.newest.set(sender, { count, sentAt });
    return true;
  }

  /** Removes senders whose last message is too old to be accepted again. */
  private forgetSilent(now: number): void {
    for (const [sender, { sentAt }] of this.newest) if (now - sentAt > freshMs) this.newest.delete(sender);
  }
}
