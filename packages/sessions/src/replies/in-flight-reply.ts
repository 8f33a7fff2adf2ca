import type { SessionError } from "../model/errors.js";
import type { Message } from "../model/message.js";
import { replyLost } from "../model/reply.js";
import type { TextSoFar } from "../ports/index.js";

/** A piece of a reply. `index` counts 0, 1, 2 … */
export interface Piece {
  readonly text: string;
  readonly index: number;
}

/** Why a reply is aborted: its text so far is kept if there is some; otherwise the reply fails with `error`. */
export class CutShort extends Error {
  constructor(
    readonly error: SessionError,
    readonly keepsText: boolean,
  ) {
    super(error.message);
  }
}

/** A reply that an agent is writing to a user's message, with its text so far. An end of the session aborts it. */
export class InFlightReply {
  private readonly controller = new AbortController();
  private readonly pieceListeners = new Set<(piece: Piece) => void>();
  private pieces: string[] = [];
  private pieceCount = 0;
  private settle: (outcome: Promise<Message>) => void = () => {};
  /** The reply as stored, or the error that it failed with. */
  readonly outcome: Promise<Message>;
  /** True once the user's message is stored. Only then does the reply count as a pending operation. */
  isInFlight = false;
  /** True once its text is complete and with the store, which alone decides from then on. */
  isBeingStored = false;

  constructor(
    /** The id of the message that the reply will become. */
    readonly messageId: string,
    readonly inReplyTo: string,
    /** Called when the reply has begun or ended. */
    private readonly onChange: (hasEnded: boolean) => void,
  ) {
    this.outcome = new Promise((resolve) => {
      this.settle = resolve;
    });
    // Not every reply has a caller that waits for it.
    this.outcome.catch(() => {});
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The text so far. */
  get text(): string {
    // Joined on demand: most replies are read once, at their end.
    if (this.pieces.length > 1) this.pieces = [this.pieces.join("")];
    return this.pieces[0] ?? "";
  }

  get textSoFar(): TextSoFar {
    const { messageId, inReplyTo, text, pieceCount } = this;
    return { messageId, inReplyTo, text, nextIndex: pieceCount };
  }

  /** Called once the user's message is stored. */
  start(): void {
    this.isInFlight = true;
    this.onChange(false);
  }

  add(text: string): Piece {
    const piece = { text, index: this.pieceCount };
    this.pieces.push(text);
    this.pieceCount += 1;
    for (const listener of this.pieceListeners) listener(piece);
    return piece;
  }

  /** Calls `listener` for each later piece. @returns a function that removes it */
  onPiece(listener: (piece: Piece) => void): () => void {
    this.pieceListeners.add(listener);
    return () => {
      this.pieceListeners.delete(listener);
    };
  }

  /** Aborts with the error that the callers waiting for the reply receive, or with a {@link CutShort}. The first cause wins. */
  abort(cause: Error): void {
    this.controller.abort(cause);
  }

  /** Called once, when the reply is stored or has failed. */
  finish(outcome: Promise<Message>): void {
    this.settle(outcome);
    this.onChange(true);
  }

  /**
   * Called instead of {@link finish} if the user's message was not stored, or its write has failed. A retry of the send may
   * wait already: a write whose answer was lost can have succeeded. It learns from the store what became of the reply.
   */
  discard(): void {
    const lost = Promise.reject(replyLost());
    // Nobody awaits it if the reply is settled already.
    lost.catch(() => {});
    this.settle(lost);
    this.onChange(true);
  }
}
