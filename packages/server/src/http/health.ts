import type { ServerResponse } from "node:http";
import { answerJson } from "@adjourn/router";
import { type SessionService, withDeadline } from "@adjourn/sessions";
import { systemClock } from "../system-clock.js";

/** Longest wait for the store before it counts as down, in ms. */
const storeWithinMs = 2_000;
const down = { store: "down", bus: "down" } as const;

export const answerHealth = (response: ServerResponse): void => answerJson(response, 200, { status: "ok" });

/** The health paths of the ElizaOS server, answered in its format. */
export const elizaosHealthPaths = ["/health", "/api/server/health"];

export const answerElizaosHealth = (response: ServerResponse): void =>
  answerJson(response, 200, { status: "OK", timestamp: new Date().toISOString() });

/** 200 once the store answers. A bus that is down only delays ends, so the node stays ready. */
export const answerReadiness = async (
  response: ServerResponse,
  sessions: SessionService,
  isStopping: boolean,
): Promise<void> => {
  const { store, bus } = await withDeadline(systemClock, storeWithinMs, sessions.readiness(), down);
  if (isStopping || store === "down") {
    response.setHeader("Retry-After", "1");
    answerJson(response, 503, { status: isStopping ? "draining" : "unavailable", store, bus });
  } else answerJson(response, 200, { status: bus === "ok" ? "ready" : "degraded", store, bus });
};
