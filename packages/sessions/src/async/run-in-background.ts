import type { Log } from "../ports/index.js";

/** Lets `work` go on by itself: what goes wrong is logged, and goes no further. */
export const runInBackground = (log: Pick<Log, "error">, failure: string, work: Promise<unknown>): void => {
  work.catch((cause: unknown) => log.error(failure, { cause: String(cause) }));
};
