import type { Domain } from "./domain.js";
import type { Outputs } from "./schemas.js";
import { toIso } from "./session.js";

/** `uptime` counts seconds since `startedAt` (ms, by the process's clock). */
export const getSessionsHealth = async (
  domain: Domain,
  startedAt: number,
): Promise<Outputs["getSessionsHealth"]> => {
  const { active, expiringSoon } = await domain.store.countSessions();
  return {
    status: "healthy",
    activeSessions: active,
    timestamp: toIso(domain.store.now()),
    expiringSoon,
    uptime: Math.max(0, (domain.clock.now() - startedAt) / 1_000),
  };
};
