import type { ServiceContext } from "../../context.js";
import { SessionError } from "../../model/errors.js";
import { type SessionInfo, toIso } from "../../model/session.js";
import type { Inputs } from "../../schemas/index.js";
import { announceState } from "../live/announce-state.js";
import { refuseGone } from "./gone.js";

/** @throws SessionError `SESSION_RENEWAL_FAILED` at the maximum duration, `SESSION_NOT_FOUND`, `SESSION_EXPIRED` */
export const renewSession = async (
  context: ServiceContext,
  { sessionId }: Inputs["renewSession"],
): Promise<SessionInfo> => {
  const renewed = await context.store.renewSession(sessionId);
  if (renewed.outcome === "gone") throw refuseGone(context, sessionId, renewed.gone);
  if (renewed.outcome === "at_maximum")
    throw new SessionError("SESSION_RENEWAL_FAILED", "The session has reached its maximum duration", {
      sessionId,
      expiresAt: toIso(renewed.session.expiresAt),
      maxDurationMinutes: renewed.session.timeoutConfig.maxDurationMinutes,
    });
  return announceState(context, renewed.session, "session.renewed");
};
