import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { env, SettingError } from "./env.js";

const host = "127.0.0.1";

/** Next takes four lines to say that it can't have its port. */
const requirePort = async (port: number): Promise<void> => {
  const probe = createServer().listen({ port, host, exclusive: true });
  try {
    await once(probe, "listening");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    throw new SettingError(`DASHBOARD_PORT must be a free port of ${host}, but ${port} is not (${code})`);
  }
  await new Promise((resolve) => probe.close(resolve));
};

/** Starts Next's server on DASHBOARD_PORT: it would take PORT by itself, which is the API's here. */
const serve = async (): Promise<void> => {
  const { port } = env();
  await requirePort(port);
  const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
  const app = fileURLToPath(new URL("..", import.meta.url));
  process.argv = [process.execPath, next, "start", app, "-p", String(port), "-H", host];
  await import(next);
};

try {
  await serve();
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  console.error(error.message);
  process.exit(1);
}
