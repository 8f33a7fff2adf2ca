import type { Domain } from "./domain.js";
import type { Caller } from "./ending.js";
import { sessionNotFound } from "./errors.js";
import { noteOver } from "./over.js";
import type { Inputs, Outputs } from "./schemas.js";
import { toIso } from "./session.js";

/**
 * Of any number of concurrent calls, the store lets exactly one end the session. When this resolves, the ending is
 * durable and this node holds nothing of the session. The answer depends on the ending alone, so that a retry with the
 * same `Idempotency-Key` gets the same one from every node.
 * @throws SessionError `SESSION_NOT_FOUND`, also for a session that expired
 */
export const endSession = async (
  domain: Domain,
  { sessionId, reason, idempotencyKey }: Inputs["endSession"],
  caller: Caller,
): Promise<Outputs["endSession"]> => {
  const request = { sessionId, reason: reason ?? null, caller, idempotencyKey: idempotencyKey ?? null };
  const result = await domain.store.endSession(request);
  if (result.outcome === "over") {
    noteOver(domain, result.over);
    throw sessionNotFound(sessionId);
  }
  const { ending } = result;
  if (result.outcome === "ended") domain.hub.end(ending);
  // The first call may still be waiting for the store's answer; the retry promises the same, so it releases too.
  else domain.hub.release(ending);
  return {
    success: true,
    message: `Session ${sessionId} deleted successfully`,
    sessionId,
    endedAt: toIso(ending.endedAt),
    cause: ending.cause,
    reason: ending.reason,
  };
};
