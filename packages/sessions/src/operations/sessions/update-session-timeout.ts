import type { ServiceContext } from "../../context.js";
import type { SessionInfo } from "../../model/session.js";
import { durationTooShort, parseTimeoutConfig } from "../../model/timeout-policy.js";
import type { Inputs } from "../../schemas/index.js";
import { announceState } from "../live/announce-state.js";
import { refuseGone } from "./gone.js";

/**
 * Changes the given fields. A session whose new expiry lies in the past expires before this resolves.
 * @throws SessionError `INVALID_TIMEOUT_CONFIG`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`
 */
export const updateSessionTimeout = async (
  context: ServiceContext,
  { sessionId, ...change }: Inputs["updateSessionTimeout"],
): Promise<SessionInfo> => {
  const named = parseTimeoutConfig(change, context.settings.timeouts.limits);
  const updated = await context.store.updateTimeout(sessionId, named);
  if (updated.outcome === "gone") throw refuseGone(context, sessionId, updated.gone);
  if (updated.outcome === "duration_too_short") throw durationTooShort(updated.timeoutConfig);
  const info = announceState(context, updated.session, "session.updated");
  if (info.timeRemaining === 0) await context.sweeper.sweep();
  return info;
};
