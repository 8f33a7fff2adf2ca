import { type EndingRecord, sessionEnded } from "../model/ending.js";
import { SessionError } from "../model/errors.js";
import { longestReplyCharacters } from "../model/reply.js";
import type { PendingReply } from "../model/session-event.js";
import type { ReplyRecord } from "../ports/index.js";
import { InFlightReply } from "../replies/in-flight-reply.js";
import { tooManyReplies } from "../replies/reply-limit.js";
import { limits } from "../schemas/index.js";
import { RemoteTexts } from "./remote-texts.js";

/** The replies of one session: those that this node runs, and what it knows of those that other nodes run. */
export class ChannelReplies {
  private readonly local = new Map<string, InFlightReply>();
  private readonly endWatchers = new Set<() => void>();
  readonly remoteTexts: RemoteTexts;

  constructor(
    private readonly sessionId: string,
    requestTexts: () => void,
    /** Called when a reply has begun or ended. */
    private readonly onChange: (hasEnded: boolean) => void,
  ) {
    this.remoteTexts = new RemoteTexts(requestTexts);
  }

  get size(): number {
    return this.local.size;
  }

  /** The replies of this node whose messages are stored. */
  get inFlight(): readonly InFlightReply[] {
    return [...this.local.values()].filter(({ isInFlight }) => isInFlight);
  }

  get(messageId: string): InFlightReply | undefined {
    return this.local.get(messageId);
  }

  /** @throws SessionError `RATE_LIMITED` beyond 100 replies in flight on this node */
  begin(messageId: string, inReplyTo: string): InFlightReply {
    if (this.local.size >= limits.inFlightReplies) throw tooManyReplies(this.sessionId);
    const reply = new InFlightReply(messageId, inReplyTo, (hasEnded) => {
      if (hasEnded) {
        this.local.delete(messageId);
        this.noteEnd();
      }
      this.onChange(hasEnded);
    });
    this.local.set(messageId, reply);
    return reply;
  }

  abort(cause: Error): void {
    for (const reply of [...this.local.values()]) reply.abort(cause);
  }

  /**
   * Aborts all, since the session has ended. One that is being stored may have been stored before: `cut` is called if the
   * store refuses it. @returns the number of the others in flight
   */
  end(ending: EndingRecord, cut: () => void): number {
    if (this.size === 0) return 0;
    const { inFlight } = this;
    const cause = sessionEnded(ending);
    const beingStored = inFlight.filter(({ isBeingStored }) => isBeingStored);
    for (const { outcome } of beingStored)
      outcome.catch((error: unknown) => {
        if (error instanceof SessionError && error.code === cause.code) cut();
      });
    this.abort(cause);
    return inFlight.length - beingStored.length;
  }

  /** A reply has ended on another node, as far as the bus reports it. */
  endRemote(inReplyTo: string): void {
    this.remoteTexts.end(inReplyTo);
    this.noteEnd();
  }

  /** Calls `watcher` when a reply of the session ends, on any node. @returns a function that removes it */
  onEnd(watcher: () => void): () => void {
    this.endWatchers.add(watcher);
    return () => {
      this.endWatchers.delete(watcher);
    };
  }

  /**
   * The replies in flight with the text so far, as this node knows it: its own, and those of other nodes, which the store
   * has. Texts beyond 256 Ki characters together are left out.
   */
  withTexts(remote: readonly ReplyRecord[]): PendingReply[] {
    let characters = 0;
    const bounded = (reply: PendingReply): PendingReply => {
      characters += reply.text?.length ?? 0;
      return characters <= longestReplyCharacters ? reply : { ...reply, text: null, nextIndex: null };
    };
    const local = this.inFlight.map(({ textSoFar }) => textSoFar);
    const known = remote.map(({ messageId, inReplyTo }) => {
      const unknown = { messageId, inReplyTo, text: null, nextIndex: null };
      return this.remoteTexts.get(messageId) ?? unknown;
    });
    return [...local, ...known].map(bounded);
  }

  private noteEnd(): void {
    for (const watcher of this.endWatchers) watcher();
  }
}
