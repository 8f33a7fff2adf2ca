import type { Log } from "../ports/index.js";

/** Wraps `work` so that a failure is logged instead of thrown, once until it succeeds again. */
export const logFailures = (
  log: Pick<Log, "error">,
  failure: string,
  work: () => Promise<void>,
): (() => Promise<void>) => {
  let isFailing = false;
  return async () => {
    try {
      await work();
      isFailing = false;
    } catch (cause) {
      if (!isFailing) log.error(failure, { cause: String(cause) });
      isFailing = true;
    }
  };
};
