import type { Domain } from "./domain.js";
import { refuseOver } from "./over.js";
import type { Inputs } from "./schemas.js";
import { type Session, type SessionInfo, toSessionInfo } from "./session.js";

export const getSession = async (domain: Domain, { sessionId }: Inputs["getSession"]): Promise<SessionInfo> =>
  toSessionInfo(await readLive(domain, sessionId), domain.store.now());

/** @throws SessionError `SESSION_NOT_FOUND`, `SESSION_EXPIRED` */
export const readLive = async (domain: Domain, sessionId: string): Promise<Session> => {
  const read = await domain.store.readSession(sessionId);
  if (read.outcome === "over") throw refuseOver(domain, sessionId, read.over);
  return read.session;
};
