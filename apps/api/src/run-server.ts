import { createLogger, type RunningServer, SettingError, startServer } from "@adjourn/server";
import { readSettings } from "./env.js";
import { ignoreOutputErrors } from "./output-errors.js";
import { startFailure } from "./start-failure.js";
import { onStopSignals } from "./stop-signals.js";
import { endOnUncaughtErrors } from "./uncaught-errors.js";

/** Ends the process with one line. */
const fail = (message: string): never => {
  process.stderr.write(`adjourn: ${message}\n`);
  process.exit(1);
};

const main = async (): Promise<void> => {
  ignoreOutputErrors();
  const settings = readSettings();
  const logger = createLogger(settings);
  let server: RunningServer | null = null;
  endOnUncaughtErrors(logger, async () => server?.close());
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (!server) {
      // Nothing is served yet, and an open transaction of the store ends with its connection.
      logger.info({ signal }, "Stopping before the start is complete");
      return;
    }
    const { drainDelaySeconds, drainSeconds } = settings;
    logger.info({ signal, drainDelaySeconds, drainSeconds }, "Draining");
    await server.close(drainSeconds * 1_000, drainDelaySeconds * 1_000);
  };
  // Registered before the start, which may wait for an unreachable database.
  onStopSignals(stop, (error) => logger.error({ error }, "Could not close"));
  server = await startServer(settings).catch((error: unknown) => {
    throw startFailure(error, settings) ?? error;
  });
  // Logged last: a reader of this line may send a signal at once.
  logger.info({ url: server.url }, "Listening");
};

main().catch((error: unknown) => {
  if (error instanceof SettingError) fail(error.message);
  throw error;
});
