/** The session that a peer comes for, and the token that it comes with. */
export interface LeavingSession {
  readonly sessionId: string;
  readonly channelId: string;
  readonly token: string;
}

/**
 * A wire, as far as a peer that leaves needs to know it. A new wire joins the contract by a description like this one in
 * `wires/`, added to the list in `disconnect-wires.ts`.
 */
export interface LeavingWire {
  readonly wire: string;
  /** What its peer comes for: a session's events, or the reply to a message that it sends. */
  readonly comesFor: "events" | "reply";
  /** All that the peer sends, in one piece. */
  readonly bytes: (url: string, session: LeavingSession) => string | Buffer;
  /** What it sends as soon as it has received `after`, where the wire makes it wait. */
  readonly next?: { readonly after: string; readonly bytes: (session: LeavingSession) => Buffer };
  /** What the first event contains; `"session.started"` if missing. */
  readonly firstEvent?: string;
}
