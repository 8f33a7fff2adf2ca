import type { useTRPCClient } from "@adjourn/client/tanstack-query";
import { shortId } from "../lists/records";
import { isGoneError } from "../live/call-error";
import type { LiveStore } from "../live/live-store";

type Api = ReturnType<typeof useTRPCClient>;

/** As many ids as fit into the largest body that the API accepts. */
const idsPerDryRun = 2_000;
/** Fewer, so that the dialog can show how far it is. */
const idsPerCall = 250;

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

/** The words for a session that someone else has ended first. */
export const endedByOthers = (store: LiveStore, sessionId: string): Outcome => {
  const ending = store.ending(sessionId);
  return {
    title: alreadyEnded,
    detail: ending?.reason ? `${shortId(sessionId)}, “${ending.reason}”` : shortId(sessionId),
  };
};

/** Ends one session. A session that is already gone is an outcome, not an error. */
export const endOne = async (api: Api, store: LiveStore, input: EndOneInput): Promise<Outcome> => {
  const { sessionId } = input;
  try {
    await api.endSession.mutate(input);
    return { title: "Session ended", detail: shortId(sessionId) };
  } catch (error) {
    if (!isGoneError(error)) throw error;
    return endedByOthers(store, sessionId);
  }
};

/** How far an end of many sessions is. */
export interface BulkProgress {
  /** Ids that the API has answered for. */
  readonly done: number;
  readonly ended: number;
}

interface EndManyInput {
  readonly ids: readonly string[];
  readonly reason: string | undefined;
  /** Where an attempt that failed got to. */
  readonly from: BulkProgress;
  readonly onProgress: (progress: BulkProgress) => void;
}

/** Ends many sessions, in as many calls as it takes. */
export const endMany = async (
  api: Api,
  { ids, reason, from, onProgress }: EndManyInput,
): Promise<Outcome> => {
  let { done, ended } = from;
  while (done < ids.length) {
    const sessionIds = ids.slice(done, done + idsPerCall);
    const answer = await api.endSessions.mutate({ sessionIds, reason });
    done += sessionIds.length;
    ended += answer.ended;
    onProgress({ done, ended });
  }
  const late = ids.length - ended;
  const counts = `${countOf(ended)} ended${late > 0 ? `, ${late.toLocaleString()} had ended already` : ""}`;
  return ended === 0
    ? { title: alreadyEnded, detail: countOf(late) }
    : { title: "Session ended", detail: counts };
};

interface BlockInput {
  readonly userId: string;
  readonly until: string | null;
  readonly reason: string | undefined;
}

/** Blocks the user, which ends all of the user's sessions in the same call. */
export const endAndBlock = async (api: Api, input: BlockInput): Promise<Outcome> => {
  const { ended } = await api.blockUser.mutate(input);
  return ended === 0
    ? { title: "User blocked", detail: "Their sessions had ended already" }
    : { title: "Session ended, user blocked", detail: `${countOf(ended)} ended` };
};

/** What an end of many sessions would do now. */
interface Cut {
  readonly matched: number;
  /** Undefined where the API has too many listeners to count. */
  readonly listeners: number | undefined;
  readonly replies: number;
}

/** Asks the API what an end of these sessions would cut. */
export const countCut = async (api: Api, ids: readonly string[]): Promise<Cut> => {
  let cut: Cut = { matched: 0, listeners: 0, replies: 0 };
  for (let from = 0; from < ids.length; from += idsPerDryRun) {
    const sessionIds = ids.slice(from, from + idsPerDryRun);
    const {
      matched,
      listeners,
      replies = 0,
    } = await api.endSessions.mutate({
      sessionIds,
      dryRun: true,
      countCut: true,
    });
    cut = {
      matched: cut.matched + matched,
      listeners:
        cut.listeners === undefined || listeners === undefined ? undefined : cut.listeners + listeners,
      replies: cut.replies + replies,
    };
  }
  return cut;
};

const countOf = (sessions: number): string =>
  `${sessions.toLocaleString()} session${sessions === 1 ? "" : "s"}`;
