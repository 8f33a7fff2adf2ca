import type { ServiceContext } from "../context.js";
import { type Gone, sessionEnded } from "../model/ending.js";
import { SessionError } from "../model/errors.js";
import { releaseGone } from "../operations/sessions/gone.js";

/** The error of a reply whose session is over. Once there is an ending, it gives the cause. */
export const endedMeanwhile = async (
  context: ServiceContext,
  sessionId: string,
  gone: Gone,
): Promise<SessionError> => {
  releaseGone(context, gone);
  if (gone.state === "ended") return sessionEnded(gone.ending);
  await context.sweeper.sweep();
  const [ending] = await context.store.readEndings([sessionId]);
  // Another node may have ended the session; what this node aborts must still be counted.
  if (ending) context.hub.release(ending);
  return ending
    ? sessionEnded(ending)
    : new SessionError("SESSION_ENDED", "Session ended while the reply was pending", { sessionId });
};
