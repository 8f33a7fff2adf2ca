import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { env, SettingError } from "./env.js";

/** Starts Next's server on DASHBOARD_PORT: it would take PORT by itself, which is the API's here. */
const serve = async (): Promise<void> => {
  const { port } = env();
  const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
  const app = fileURLToPath(new URL("..", import.meta.url));
  process.argv = [process.execPath, next, "start", app, "-p", String(port), "-H", "127.0.0.1"];
  await import(next);
};

try {
  await serve();
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  console.error(error.message);
  process.exit(1);
}
