import type { Domain } from "./domain.js";
import { SessionError } from "./errors.js";

/** How often it is looked whether the last reply is finished. */
const lookEveryMs = 50;

export const draining = (): SessionError =>
  new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down; another one will answer");

/** Listeners go first, and come back elsewhere with their last id; replies under way get `graceMs`. */
export const drain = async ({ hub, feed, clock }: Domain, graceMs: number): Promise<void> => {
  feed.dropWatchers();
  hub.dropListeners("draining");
  const deadline = clock.now() + graceMs;
  while (hub.totals().operations > 0 && clock.now() < deadline) {
    const waitMs = Math.min(lookEveryMs, deadline - clock.now());
    await new Promise<void>((resolve) => clock.setTimeout(resolve, waitMs));
  }
  hub.abortOperations(draining());
};
