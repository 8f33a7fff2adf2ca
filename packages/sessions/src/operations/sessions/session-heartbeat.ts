import type { ServiceContext } from "../../context.js";
import { type SessionInfo, toSessionInfo } from "../../model/session.js";
import type { Inputs } from "../../schemas/index.js";
import { announceState } from "../live/announce-state.js";
import { refuseGone } from "./gone.js";

/** @throws SessionError `SESSION_NOT_FOUND`, `SESSION_EXPIRED` */
export const sessionHeartbeat = async (
  context: ServiceContext,
  { sessionId }: Inputs["sessionHeartbeat"],
): Promise<SessionInfo> => {
  const recorded = await context.store.recordHeartbeat(sessionId);
  if (recorded.outcome === "gone") throw refuseGone(context, sessionId, recorded.gone);
  if (recorded.wasRenewed) return announceState(context, recorded.session, "session.renewed");
  context.feed.changed(sessionId);
  return toSessionInfo(recorded.session, context.store.now());
};
