import type { Domain } from "./domain.js";
import { type Over, overError } from "./ending.js";
import type { SessionError } from "./errors.js";

/**
 * What a verb does when the store says that the session is over: lets go of what is still held of it, and makes the
 * error to throw.
 */
export const refuseOver = (domain: Domain, sessionId: string, over: Over): SessionError => {
  noteOver(domain, over);
  return overError(sessionId, over);
};

export const noteOver = (domain: Domain, over: Over): void => {
  if (over.state === "ended") domain.hub.release(over.ending);
  else if (over.state === "expired") domain.sweeper.sweepSoon();
};
