import type { EndingCause } from "../model/ending.js";
import type { PageRequest } from "./page.js";

export interface ListFilter {
  readonly agentId?: string | undefined;
  readonly userId?: string | undefined;
  /** A prefix of a session's, channel's, agent's or user's id, case-insensitive. */
  readonly search?: string | undefined;
  /** Folded words that the conversation contains, at least one; the last one matches by its beginning. */
  readonly words?: readonly string[] | undefined;
  /** The earliest time, in ms: of the creation in a list of sessions, of the end in a list of endings. */
  readonly from?: number | undefined;
  /** The time before which that is, in ms. */
  readonly to?: number | undefined;
}

export interface SessionListFilter extends ListFilter {
  /** At most `limits.listenedSessions` entries. */
  readonly sessionIds?: readonly string[] | undefined;
  /** Whether a reply is in flight that has not lapsed. */
  readonly isReplying?: true | undefined;
}

export interface EndingFilter extends ListFilter {
  readonly cause?: EndingCause | undefined;
  /** The name of the key that ended the session. */
  readonly actor?: string | undefined;
}

/** By creation, newest first, or by expiry, soonest first. */
export type SessionOrder = "createdAt" | "expiresAt";

export interface SessionPageRequest extends PageRequest {
  /** `createdAt` by default. */
  readonly sort?: SessionOrder | undefined;
}

/** The newest message of a channel. */
export interface LastMessage {
  /** At least the first 200 characters. */
  readonly content: string;
  readonly isAgent: boolean;
  readonly createdAt: number;
}
