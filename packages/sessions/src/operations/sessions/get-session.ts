import type { ServiceContext } from "../../context.js";
import { type Session, type SessionInfo, toSessionInfo } from "../../model/session.js";
import type { Inputs } from "../../schemas/index.js";
import { refuseGone } from "./gone.js";

export const getSession = async (
  context: ServiceContext,
  { sessionId }: Inputs["getSession"],
): Promise<SessionInfo> => toSessionInfo(await readLive(context, sessionId), context.store.now());

/** @throws SessionError `SESSION_NOT_FOUND`, `SESSION_EXPIRED` */
export const readLive = async (context: ServiceContext, sessionId: string): Promise<Session> => {
  const read = await context.store.readSession(sessionId);
  if (read.outcome === "gone") throw refuseGone(context, sessionId, read.gone);
  return read.session;
};
