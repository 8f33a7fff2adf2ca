import type { useTRPCClient } from "@adjourn/client/tanstack-query";
import { shortId } from "../lists/records";
import { isGoneError } from "../live/call-error";
import type { LiveStore } from "../live/live-store";

type Api = ReturnType<typeof useTRPCClient>;

/** As many ids as fit into the largest body that the API accepts. */
const idsPerCall = 2_000;

const alreadyEnded = "Already ended: someone else was faster";

interface Outcome {
  readonly title: string;
  readonly detail: string;
}

interface EndOneInput {
  readonly sessionId: string;
  readonly reason: string | undefined;
  readonly idempotencyKey: string;
}

/** Ends one session. A session that is already gone is an outcome, not an error. */
export const endOne = async (api: Api, store: LiveStore, input: EndOneInput): Promise<Outcome> => {
  const { sessionId } = input;
  try {
    await api.endSession.mutate(input);
    return { title: "Session ended", detail: shortId(sessionId) };
  } catch (error) {
    if (!isGoneError(error)) throw error;
    const ending = store.ending(sessionId);
    return {
      title: alreadyEnded,
      detail: ending?.reason ? `${shortId(sessionId)}, “${ending.reason}”` : shortId(sessionId),
    };
  }
};

/** Ends many sessions, in as many calls as it takes. */
export const endMany = async (
  api: Api,
  ids: readonly string[],
  reason: string | undefined,
): Promise<Outcome> => {
  let ended = 0;
  for (let from = 0; from < ids.length; from += idsPerCall) {
    const answer = await api.endSessions.mutate({ sessionIds: ids.slice(from, from + idsPerCall), reason });
    ended += answer.ended;
  }
  const late = ids.length - ended;
  const counts = `${countOf(ended)} ended${late > 0 ? `, ${late.toLocaleString()} had ended already` : ""}`;
  return ended === 0
    ? { title: alreadyEnded, detail: countOf(late) }
    : { title: "Session ended", detail: counts };
};

const countOf = (sessions: number): string =>
  `${sessions.toLocaleString()} session${sessions === 1 ? "" : "s"}`;
