/** Stops the process's work; resolves when it is done. */
export type Stop = (signal: NodeJS.Signals) => Promise<void>;

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Handles SIGTERM and SIGINT from now on: the first stops gracefully, a second ends the process at once. As PID 1, as in a
 * container, a process receives neither without a handler.
 */
export const onStopSignals = (stop: Stop, onFailure: (error: unknown) => void): void => {
  let isStopping = false;
  for (const [signal, code] of Object.entries(exitCodes))
    process.on(signal, (given: NodeJS.Signals) => {
      // A second signal means: stop now.
      if (isStopping) process.exit(code);
      isStopping = true;
      stop(given).then(
        () => process.exit(0),
        (error: unknown) => {
          onFailure(error);
          process.exit(1);
        },
      );
    });
};
