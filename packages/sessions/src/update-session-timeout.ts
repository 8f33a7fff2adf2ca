import { announceState } from "./announce-state.js";
import type { Domain } from "./domain.js";
import { refuseOver } from "./over.js";
import type { Inputs } from "./schemas.js";
import type { SessionInfo } from "./session.js";
import { durationTooShort, parseTimeoutConfig } from "./timeout-policy.js";

/**
 * Changes what is named. Where the result lies in the past the session expires before this resolves.
 * @throws SessionError `INVALID_TIMEOUT_CONFIG`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`
 */
export const updateSessionTimeout = async (
  domain: Domain,
  { sessionId, ...change }: Inputs["updateSessionTimeout"],
): Promise<SessionInfo> => {
  const named = parseTimeoutConfig(change, domain.settings.timeouts.limits);
  const updated = await domain.store.updateTimeout(sessionId, named);
  if (updated.outcome === "over") throw refuseOver(domain, sessionId, updated.over);
  if (updated.outcome === "duration_too_short") throw durationTooShort(updated.timeoutConfig);
  const info = announceState(domain, updated.session, "session.updated");
  if (info.timeRemaining === 0) await domain.sweeper.sweep();
  return info;
};
