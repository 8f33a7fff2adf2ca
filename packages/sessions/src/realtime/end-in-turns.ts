import type { ServiceContext } from "../context.js";
import type { EndingRecord } from "../model/ending.js";
import { inBatches } from "../paging/in-batches.js";

const endedAtOnce = 50;

/**
 * Ends on this node what the store has ended. Many sessions take several turns of the event loop, none of which is that of
 * the store's transaction, so that other requests are served in between.
 */
export const endInTurns = async (
  { hub, clock }: Pick<ServiceContext, "hub" | "clock">,
  endings: readonly EndingRecord[],
): Promise<void> => {
  for (const batch of inBatches(endings, endedAtOnce)) {
    if (endings.length > endedAtOnce) await new Promise<void>((resolve) => clock.setTimeout(resolve, 0));
    for (const ending of batch) hub.end(ending);
  }
};
