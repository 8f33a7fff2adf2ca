import type { ServiceContext } from "../../context.js";
import { toIso } from "../../model/session.js";
import type { Outputs } from "../../schemas/index.js";

/** @param startedAt when this process started, in ms by its own clock; `uptime` is in seconds */
export const getSessionsHealth = async (
  context: ServiceContext,
  startedAt: number,
): Promise<Outputs["getSessionsHealth"]> => {
  const { active, expiringSoon } = await context.store.countSessions();
  return {
    status: "healthy",
    activeSessions: active,
    timestamp: toIso(context.store.now()),
    expiringSoon,
    uptime: Math.max(0, (context.clock.now() - startedAt) / 1_000),
  };
};
