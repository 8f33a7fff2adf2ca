import type { ServiceContext } from "../../context.js";
import type { Caller } from "../../model/ending.js";
import { sessionNotFound } from "../../model/errors.js";
import { toIso } from "../../model/session.js";
import type { Inputs, Outputs } from "../../schemas/index.js";
import { releaseGone } from "./gone.js";

/**
 * Of any number of concurrent calls, the store lets exactly one end the session. When this resolves, the ending is
 * durable and this node holds nothing of the session. The answer depends on the ending alone, so that a retry with the
 * same `Idempotency-Key` gets the same one from every node.
 * @throws SessionError `SESSION_NOT_FOUND`, also for a session that expired
 */
export const endSession = async (
  context: ServiceContext,
  { sessionId, reason, idempotencyKey }: Inputs["endSession"],
  caller: Caller,
): Promise<Outputs["endSession"]> => {
  const request = { sessionId, reason: reason ?? null, caller, idempotencyKey: idempotencyKey ?? null };
  const result = await context.store.endSession(request);
  if (result.outcome === "gone") {
    releaseGone(context, result.gone);
    throw sessionNotFound(sessionId);
  }
  const { ending } = result;
  if (result.outcome === "ended") context.hub.end(ending);
  // The first call may still be waiting for the store's answer; the retry promises the same, so it releases too.
  else context.hub.release(ending);
  return {
    success: true,
    message: `Session ${sessionId} deleted successfully`,
    sessionId,
    endedAt: toIso(ending.endedAt),
    cause: ending.cause,
    reason: ending.reason,
  };
};
