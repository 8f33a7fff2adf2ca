import { logFailures } from "../async/log-failures.js";
import { runEvery } from "../async/run-every.js";
import type { Ports } from "../ports/index.js";

/**
 * Indexes conversations in the background, after their messages were committed, so that no sender waits for it. What a
 * stopped process left is taken up by the next run of any node. A failure is logged once until a run succeeds again.
 * @returns a function that stops it
 */
export const startIndexer = (
  ports: Pick<Ports, "clock" | "store" | "log">,
  everyMs: number | null,
): (() => void) => {
  if (everyMs === null) return () => {};
  const { log, store } = ports;
  let isStopped = false;
  const index = async (): Promise<void> => {
    try {
      // Each call is bounded, so that other work gets its turn in between.
      while (!isStopped && (await store.indexConversations()));
    } catch (cause) {
      // The store may be closed by then.
      if (!isStopped) throw cause;
    }
  };
  const stop = runEvery(ports, everyMs, logFailures(log, "Conversations could not be indexed", index));
  return () => {
    isStopped = true;
    stop();
  };
};
