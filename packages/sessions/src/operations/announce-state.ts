import type { ServiceContext } from "../context.js";
import { type Session, type SessionInfo, toSessionInfo } from "../model/session.js";

/** Tells listeners and admins of a state that has changed. */
export const announceState = (
  { hub, store }: ServiceContext,
  session: Session,
  type: "session.renewed" | "session.updated",
): SessionInfo => {
  const info = toSessionInfo(session, store.now());
  hub.stateChanged(session.sessionId, { type, session: info });
  return info;
};
