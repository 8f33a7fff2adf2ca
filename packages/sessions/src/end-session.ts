import type { Domain } from "./domain.js";
import type { Caller, EndingRecord } from "./ending.js";
import { sessionNotFound } from "./errors.js";
import { noteOver } from "./over.js";
import type { EndingCounts } from "./ports.js";
import type { Inputs, Outputs } from "./schemas.js";
import { toIso } from "./session.js";

/**
 * Of any number of concurrent calls the store lets one through; by the time it is answered the ending is on disk and
 * nothing of the session is left here.
 * @throws SessionError `SESSION_NOT_FOUND`, also for a session that expired
 */
export const endSession = async (
  domain: Domain,
  { sessionId, reason, idempotencyKey }: Inputs["endSession"],
  caller: Caller,
): Promise<Outputs["endSession"]> => {
  const result = await domain.store.endSession({
    sessionId,
    reason: reason ?? null,
    caller,
    idempotencyKey: idempotencyKey ?? null,
  });
  switch (result.outcome) {
    case "ended":
      return answer(result.ending, domain.hub.end(result.ending));
    case "repeated": {
      // The first call's answer may still be on its way here, and this one promises the same. Its counts may not have
      // reached the store yet, and those of other nodes come on top of them there.
      const counts = domain.hub.release(result.ending);
      const isKnown = counts.listenersDropped + counts.operationsAborted > 0;
      return answer(result.ending, isKnown ? counts : result.ending);
    }
    case "over":
      noteOver(domain, result.over);
      throw sessionNotFound(sessionId);
  }
};

const answer = (ending: EndingRecord, counts: EndingCounts): Outputs["endSession"] => ({
  success: true,
  message: `Session ${ending.sessionId} deleted successfully`,
  sessionId: ending.sessionId,
  endedAt: toIso(ending.endedAt),
  cause: ending.cause,
  reason: ending.reason,
  listenersDropped: counts.listenersDropped,
  operationsAborted: counts.operationsAborted,
});
