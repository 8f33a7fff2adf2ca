import { announceState } from "./announce-state.js";
import type { Domain } from "./domain.js";
import { refuseOver } from "./over.js";
import type { Inputs } from "./schemas.js";
import { type SessionInfo, toSessionInfo } from "./session.js";

/** @throws SessionError `SESSION_NOT_FOUND`, `SESSION_EXPIRED` */
export const sessionHeartbeat = async (
  domain: Domain,
  { sessionId }: Inputs["sessionHeartbeat"],
): Promise<SessionInfo> => {
  const heard = await domain.store.recordHeartbeat(sessionId);
  if (heard.outcome === "over") throw refuseOver(domain, sessionId, heard.over);
  if (heard.wasRenewed) return announceState(domain, heard.session, "session.renewed");
  domain.feed.changed(sessionId);
  return toSessionInfo(heard.session, domain.store.now());
};
