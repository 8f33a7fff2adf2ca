/** Ends what there is; resolves when it is ended. */
export type Stop = (signal: NodeJS.Signals) => Promise<void>;

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Answers SIGTERM and SIGINT from now on: the first asks for an end, a second ends the process at once. A process that
 * is PID 1, as in a container, gets neither until it has asked for them.
 */
export const onStopSignals = (stop: Stop, onFailure: (error: unknown) => void): void => {
  let isStopping = false;
  for (const [signal, code] of Object.entries(exitCodes))
    process.on(signal, (given: NodeJS.Signals) => {
      // Whoever asks twice does not want to wait.
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
