/** The session that a peer comes for, and the token that it comes with. */
export interface LeavingSession {
  readonly sessionId: string;
  readonly channelId: string;
  readonly token: string;
}

/** What a peer writes next, by all that it has received so far; null while it waits. */
export type Dialogue = (received: string) => string | Buffer | null;

/**
 * A wire, as far as a peer that leaves needs to know it. A new wire joins the contract by a description like this one in
 * `wires/`, added to the list in `disconnect-wires.ts`.
 */
export interface LeavingWire {
  readonly wire: string;
  /**
   * The peer fetches what there is by one request after another. Between two of them it is gone only once it has been silent
   * for too long, and no write waits for it.
   */
  readonly isPolled?: boolean;
  /** What its peer comes for: a session's events, the reply to a message that it sends, or one whole answer. */
  readonly comesFor: "events" | "reply" | "answer";
  /** Whether a reply must be under way before the peer comes. */
  readonly needsReply?: boolean;
  /** All that the peer sends at once, in one piece. */
  readonly bytes: (url: string, session: LeavingSession) => string | Buffer;
  /** What it sends for one more answer; `bytes` if missing. */
  readonly nextBytes?: (session: LeavingSession) => Buffer;
  /** Begins what it sends afterwards, where the wire makes it wait for answers. */
  readonly dialogue?: (url: string, session: LeavingSession) => Dialogue;
  /** What the first event contains; `"session.started"` if missing. Of a reply, what shows that it has begun. */
  readonly firstEvent?: string;
}
