/** The session that a peer comes for, and the token that it comes with. */
export interface LeavingSession {
  readonly sessionId: string;
  readonly channelId: string;
  readonly token: string;
}

/**
 * A wire, as far as a peer that leaves needs to know it. A new wire joins the contract by a description like this one in
 * `wires/`, added to the list in `leaving-wires.ts`.
 */
export interface LeavingWire {
  readonly wire: string;
  /** What its peer comes for: a session's events, or the reply to a message that it sends. */
  readonly comesFor: "events" | "reply";
  /** All that the peer sends, in one piece. */
  readonly bytes: (url: string, session: LeavingSession) => string | Buffer;
}
