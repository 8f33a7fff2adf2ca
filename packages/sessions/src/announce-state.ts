import type { Domain } from "./domain.js";
import { type Session, type SessionInfo, toSessionInfo } from "./session.js";

/** Tells listeners and admins of a state that has changed. */
export const announceState = (
  { hub, store }: Domain,
  session: Session,
  type: "session.renewed" | "session.updated",
): SessionInfo => {
  const info = toSessionInfo(session, store.now());
  hub.stateChanged(session.sessionId, { type, session: info });
  return info;
};
