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
  logger.info({ url: server.url }, "Listening");
  let isStopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // Whoever asks twice does not want to wait.
    if (isStopping) process.exit(signal === "SIGINT" ? 130 : 143);
    isStopping = true;
    logger.info({ signal, drainSeconds: settings.drainSeconds }, "Draining");
    server.close(settings.drainSeconds * 1_000).then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error }, "Could not close");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
};

main().catch((error: unknown) => {
  if (error instanceof SettingError) fail(error.message);
  throw error;
});
