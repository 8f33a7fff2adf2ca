import type { ServiceContext } from "../context.js";
import { type Gone, goneError } from "../model/ending.js";
import type { SessionError } from "../model/errors.js";

/**
 * What a verb does when the store says that the session is over: lets go of what is still held of it, and makes the
 * error to throw.
 */
export const refuseGone = (context: ServiceContext, sessionId: string, gone: Gone): SessionError => {
  releaseGone(context, gone);
  return goneError(sessionId, gone);
};

export const releaseGone = (context: ServiceContext, gone: Gone): void => {
  if (gone.state === "ended") context.hub.release(gone.ending);
  else if (gone.state === "expired") context.sweeper.sweepSoon();
};
