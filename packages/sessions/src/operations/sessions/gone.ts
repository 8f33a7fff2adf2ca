import type { ServiceContext } from "../../context.js";
import { type Gone, goneError } from "../../model/ending.js";
import type { SessionError } from "../../model/errors.js";

/** Releases what this node still holds of a session that the store reports as gone. @returns the error to throw */
export const refuseGone = (context: ServiceContext, sessionId: string, gone: Gone): SessionError => {
  releaseGone(context, gone);
  return goneError(sessionId, gone);
};

/** Releases an ended session, or starts the sweeper for an expired one. */
export const releaseGone = (context: ServiceContext, gone: Gone): void => {
  if (gone.state === "ended") context.hub.release(gone.ending);
  else if (gone.state === "expired") context.sweeper.sweepSoon();
};
