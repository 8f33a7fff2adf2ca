import type { ServerResponse } from "node:http";
import { answerJson } from "@adjourn/router";
import type { SessionService } from "@adjourn/sessions";
import { withinTime } from "./within-time.js";

/** How long a store may take to answer before it counts as down. */
const storeWithinMs = 2_000;
const down = { store: "down", bus: "down" } as const;

export const answerHealth = (response: ServerResponse): void => answerJson(response, 200, { status: "ok" });

/** Where the ElizaOS server answers the same question, and in its words. */
export const elizaosHealthPaths = ["/health", "/api/server/health"];

export const answerElizaosHealth = (response: ServerResponse): void =>
  answerJson(response, 200, { status: "OK", timestamp: new Date().toISOString() });

/** 200 once the store answers; a bus that is down only slows things, so it leaves the node in. */
export const answerReadiness = async (
  response: ServerResponse,
  sessions: SessionService,
  isStopping: boolean,
): Promise<void> => {
  const { store, bus } = await withinTime(storeWithinMs, sessions.readiness(), down);
  if (isStopping || store === "down") {
    response.setHeader("Retry-After", "1");
    answerJson(response, 503, { status: isStopping ? "draining" : "unavailable", store, bus });
  } else answerJson(response, 200, { status: bus === "ok" ? "ready" : "degraded", store, bus });
};
