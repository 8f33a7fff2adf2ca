/**
 * A full disk behind the log, or a reader that is gone, costs lines of the log and not the process: without a listener the
 * error of such a write would be an uncaught one. Node keeps both streams open, so later lines are written once that works.
 */
export const ignoreOutputErrors = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
};
