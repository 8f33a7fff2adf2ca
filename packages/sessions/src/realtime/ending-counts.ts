import type { EndingCounts, Ports } from "../ports/index.js";

export const nothingCut: EndingCounts = { listenersDropped: 0, operationsAborted: 0 };

/** Adds the cut counts of this node to the ending in the background. A failure is logged and delays nothing. */
export const addToEnding = (
  { store, log }: Pick<Ports, "store" | "log">,
  sessionId: string,
  counts: EndingCounts,
): void => {
  store.addEndingCounts(sessionId, counts).catch((cause: unknown) => {
    log.warn("The counts of an ending could not be stored", { sessionId, cause: String(cause) });
  });
};
