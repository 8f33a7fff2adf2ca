import type { EndingCause } from "../model/ending.js";

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

export interface EndingFilter extends ListFilter {
  readonly cause?: EndingCause | undefined;
  /** The name of the key that ended the session. */
  readonly actor?: string | undefined;
}

/** By creation, newest first, or by expiry, soonest first. */
export type SessionOrder = "createdAt" | "expiresAt";

/** The last row of the previous page. Pages are ordered by (time, id), so rows may change in between. */
export interface PagePosition {
  readonly time: number;
  readonly id: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly after?: PagePosition | undefined;
}

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
