import type { Log } from "../ports/index.js";

/** Does not wait for `work`; logs its failure. */
export const runInBackground = (log: Pick<Log, "error">, failure: string, work: Promise<unknown>): void => {
  work.catch((cause: unknown) => log.error(failure, { cause: String(cause) }));
};
