import type { Log } from "./ports.js";

/** Lets `work` go on by itself: what goes wrong is logged, and goes no further. */
export const inBackground = (log: Pick<Log, "error">, failure: string, work: Promise<unknown>): void => {
  work.catch((cause: unknown) => log.error(failure, { cause: String(cause) }));
};
