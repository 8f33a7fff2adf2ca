import type { ServiceContext } from "../../context.js";
import { type Session, type SessionInfo, toSessionInfo } from "../../model/session.js";

/** Publishes a changed session state to subscribers and admins. */
export const announceState = (
  { hub, store }: ServiceContext,
  session: Session,
  type: "session.renewed" | "session.updated",
): SessionInfo => {
  const info = toSessionInfo(session, store.now());
  hub.publishState(session.sessionId, { type, session: info });
  return info;
};
