import { announceState } from "./announce-state.js";
import type { Domain } from "./domain.js";
import { SessionError } from "./errors.js";
import { refuseOver } from "./over.js";
import type { Inputs } from "./schemas.js";
import { type SessionInfo, toIso } from "./session.js";

/** @throws SessionError `SESSION_RENEWAL_FAILED` at the maximum duration, `SESSION_NOT_FOUND`, `SESSION_EXPIRED` */
export const renewSession = async (
  domain: Domain,
  { sessionId }: Inputs["renewSession"],
): Promise<SessionInfo> => {
  const renewed = await domain.store.renewSession(sessionId);
  if (renewed.outcome === "over") throw refuseOver(domain, sessionId, renewed.over);
  if (renewed.outcome === "at_maximum")
    throw new SessionError("SESSION_RENEWAL_FAILED", "The session has reached its maximum duration", {
      sessionId,
      expiresAt: toIso(renewed.session.expiresAt),
      maxDurationMinutes: renewed.session.timeoutConfig.maxDurationMinutes,
    });
  return announceState(domain, renewed.session, "session.renewed");
};
