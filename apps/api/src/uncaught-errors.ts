import type { Logger } from "@adjourn/server";

/** How long closing may take once nothing is certain any more. */
const closeWithinMs = 5_000;

/**
 * An error that nobody caught, a rejected promise's too, leaves the process in a state that nobody knows: its cause is
 * logged, `close` is tried, and the process ends with code 1 for a supervisor to start a new one.
 */
export const endOnUncaughtErrors = (logger: Logger, close: () => Promise<void>): void => {
  let isEnding = false;
  // Node hands rejections that nobody handles to this event too.
  process.on("uncaughtException", (error, origin) => {
    logger.fatal({ error, origin }, "An error that nobody caught ends the process");
    if (isEnding) return;
    isEnding = true;
    // Also where nothing is logged.
    process.stderr.write("adjourn: ended by an error that nobody caught; its cause is in the log\n");
    const leave = () => process.exit(1);
    setTimeout(leave, closeWithinMs);
    close().then(leave, leave);
  });
};
