import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "@adjourn/api";
import { type Overrides, startServer } from "@adjourn/server";

export const echoId = "00000000-0000-4000-8000-000000000001";
export const typewriterId = "00000000-0000-4000-8000-000000000002";
export const userId = "00000000-0000-4000-8000-0000000000aa";
export const adminKey = "an-admin-key-for-the-tests";
export const serviceKey = "a-service-key-for-the-tests";

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** The same address for WebSockets. */
  readonly wsUrl: string;
  readonly close: (graceMs?: number) => Promise<void>;
}

/** A real server on a free port over a SQLite file of its own; gone with its database when the test is. */
export const startTestServer = async (
  env: NodeJS.ProcessEnv = {},
  overrides: Overrides = {},
): Promise<TestServer> => {
  const folder = await mkdtemp(join(tmpdir(), "adjourn-server-"));
  const settings = readSettings({
    PORT: "0",
    LOG_LEVEL: "silent",
    DATABASE_URL: `file:${join(folder, "adjourn.db")}`,
    ...env,
  });
  const server = await startServer(settings, overrides);
  return {
    url: server.url,
    wsUrl: server.url.replace("http", "ws"),
    close: server.close,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** Resolves as soon as `isTrue` holds; it is checked every 5 ms. */
export const until = async (isTrue: () => boolean | Promise<boolean>, withinMs = 25_000): Promise<void> => {
  const deadline = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
