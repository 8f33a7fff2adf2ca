import type { Logger } from "@adjourn/server";

/** Longest time for closing after an uncaught error, in ms. */
const closeWithinMs = 5_000;

/**
 * After an uncaught error or an unhandled rejection the state of the process is unknown. The cause is logged, `close` is
 * tried, and the process exits with code 1, so that a supervisor can restart it.
 */
export const endOnUncaughtErrors = (logger: Logger, close: () => Promise<void>): void => {
  let isEnding = false;
  // Node emits this event for unhandled rejections as well.
  process.on("uncaughtException", (error, origin) => {
    logger.fatal({ error, origin }, "An error that nobody caught ends the process");
    if (isEnding) return;
    isEnding = true;
    // Printed even if logging is off.
    process.stderr.write("adjourn: ended by an error that nobody caught; its cause is in the log\n");
    const leave = () => process.exit(1);
    setTimeout(leave, closeWithinMs);
    close().then(leave, leave);
  });
};
