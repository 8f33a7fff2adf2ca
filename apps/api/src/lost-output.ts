/**
 * A full disk below the log, or a reader of it that is gone, loses lines and ends nothing: without a listener the error of the
 * write would be an uncaught one. Node keeps both streams open, so that later lines are written once it can.
 */
export const outliveLostOutput = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
};
