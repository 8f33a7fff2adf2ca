import { type PartialText, replyCancelled, replyLost } from "../model/reply.js";
import { inBatches } from "../paging/in-batches.js";
import type { Ports } from "../ports/index.js";
import { CutShort, type InFlightReply } from "./in-flight-reply.js";

export interface RunningReply {
  readonly sessionId: string;
  readonly reply: InFlightReply;
}

type RenewalPorts = Pick<Ports, "store" | "log">;

/** Replies per write of a renewal. */
const batchSize = 1_000;

export const cancelCause = (sessionId: string, messageId: string, partial: PartialText): CutShort =>
  new CutShort(replyCancelled(sessionId, messageId), partial === "keep");

/** Renews the replies that this node runs, and aborts those that were cancelled or given up without it. Never throws. */
export const renewReplies = async (ports: RenewalPorts, replies: readonly RunningReply[]): Promise<void> => {
  try {
    for (const batch of inBatches(replies, batchSize)) await renewBatch(ports, batch);
  } catch (cause) {
    ports.log.warn("Replies in flight could not be renewed; the next attempt follows soon", {
      cause: String(cause),
    });
  }
};

const renewBatch = async (ports: RenewalPorts, batch: readonly RunningReply[]): Promise<void> => {
  const ids = batch.map(({ sessionId, reply: { messageId } }) => ({ sessionId, messageId }));
  const marks = await ports.store.renewReplies(ids);
  for (const { sessionId, reply } of batch) {
    const partial = marks.get(reply.messageId);
    if (partial) reply.abort(cancelCause(sessionId, reply.messageId, partial));
  }
  await abortLost(
    ports,
    batch.filter(({ reply }) => !marks.has(reply.messageId)),
  );
};

/**
 * Aborts replies that are not in flight any more, so that no agent writes what can't be stored. An end of the session also
 * takes its replies out of flight; they are aborted with that cause. An abort does not affect a reply that was stored meanwhile.
 */
const abortLost = async ({ store }: RenewalPorts, lost: readonly RunningReply[]): Promise<void> => {
  if (lost.length === 0) return;
  const live = await store.readLastSeqs([...new Set(lost.map(({ sessionId }) => sessionId))]);
  for (const { sessionId, reply } of lost) if (live.has(sessionId)) reply.abort(replyLost());
};
