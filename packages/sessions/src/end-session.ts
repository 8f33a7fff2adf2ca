import type { Domain } from "./domain.js";
import type { Caller, EndingRecord } from "./ending.js";
import { nothingCut } from "./ending-counts.js";
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
  { sessionId, reason, idempotencyKey: key }: Inputs["endSession"],
  caller: Caller,
): Promise<Outputs["endSession"]> => {
  const { hub, store } = domain;
  const known = hub.holds(sessionId) ? null : nothingCut;
  const request = { sessionId, reason: reason ?? null, caller, idempotencyKey: key ?? null, counts: known };
  const result = await store.endSession(request);
  if (result.outcome === "over") {
    noteOver(domain, result.over);
    throw sessionNotFound(sessionId);
  }
  const { ending } = result;
  const isFirst = result.outcome === "ended";
  // A retry lets go here too: the first call's answer may still be on its way, and this one promises the same.
  const cut = isFirst ? hub.end(ending) : hub.release(ending);
  if (key === undefined) return answer(ending, cut);
  // Whoever answers a call with a key first keeps its counts with the key; all others answer those.
  const kept = isFirst ? known : result.counts;
  return answer(ending, kept ?? (await store.keepEndAnswer(sessionId, key, cut)));
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
