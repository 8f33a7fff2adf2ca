import { startServer } from "./compose.js";
import { readSettings, SettingError } from "./env.js";
import { createLogger } from "./log.js";
import { startFailure } from "./start-failure.js";

/** Ends the process with one line. */
const fail = (message: string): never => {
  process.stderr.write(`adjourn: ${message}\n`);
  process.exit(1);
};

const main = async (): Promise<void> => {
  const settings = readSettings();
  const server = await startServer(settings).catch((error: unknown) => {
    throw startFailure(error, settings) ?? error;
  });
  const logger = createLogger(settings);
  let isStopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // Whoever asks twice does not want to wait.
    if (isStopping) process.exit(signal === "SIGINT" ? 130 : 143);
    isStopping = true;
    const { drainDelaySeconds, drainSeconds } = settings;
    logger.info({ signal, drainDelaySeconds, drainSeconds }, "Draining");
    server.close(drainSeconds * 1_000, drainDelaySeconds * 1_000).then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error }, "Could not close");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // Whoever reads this may send a signal at once.
  logger.info({ url: server.url }, "Listening");
};

main().catch((error: unknown) => {
  if (error instanceof SettingError) fail(error.message);
  throw error;
});
