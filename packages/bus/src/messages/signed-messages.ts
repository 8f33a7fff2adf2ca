import { randomBytes } from "node:crypto";
import type { KeyedHash } from "./keyed-hash.js";

/** How old, or how far ahead, a message may be: Redis hands on within milliseconds, or not at all. */
const freshMs = 30_000;

/** `unauthentic`: not from a node of ours, or meant for another channel. `stale`: too old, or heard before. */
export type SealRefusal = "unauthentic" | "stale";

type Opened = { readonly json: string } | { readonly refused: SealRefusal };

/** Signature, sender, its count of messages, and when it sent this one (ms). */
const head = /^([\w-]{43})\.([\w-]{11})\.(\d{1,15})\.(\d{1,15})\./;
const signatureLength = 44;

/**
 * What one node sends, signed together with its channel, and what it hears of the others, checked. Each message is
 * taken once: a sender counts what it sends, on all channels together, and Redis keeps its order.
 */
export class SealedMessages {
  private readonly sender = randomBytes(8).toString("base64url");
  private sent = 0;
  /** By sender: the count and the time of the newest message heard. */
  private readonly heard = new Map<string, { readonly count: number; readonly sentAt: number }>();

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
    const before = this.heard.get(sender);
    if (before && count <= before.count) return false;
    if (!before) this.forgetSilent(now);
    this.heard.set(sender, { count, sentAt });
    return true;
  }

  /** Whatever those said last is too old by now to be taken again. */
  private forgetSilent(now: number): void {
    for (const [sender, { sentAt }] of this.heard) if (now - sentAt > freshMs) this.heard.delete(sender);
  }
}
