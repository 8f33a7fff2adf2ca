import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import {
  answerJson,
  answerRefusal,
  parseRequestTarget,
  type Refusal,
  toRefusal,
  trpcErrorShape,
} from "@adjourn/router";
import { SessionError, StoreUnavailableError } from "@adjourn/sessions";
import type { Logger } from "pino";
import type { Settings } from "../settings.js";

const retryEveryMs = 1_000;

/** A first attempt that takes longer, for a silent host or a long migration, is waited for like an unreachable store. */
const quickAttemptMs = 2_000;

/**
 * Opens a store and retries while it is unreachable. Meanwhile a startup server on the same address answers that the process
 * is alive and not ready.
 * @throws the error of `open`, unless it is a StoreUnavailableError
 */
export const openWhileWaiting = async <Store>(
  open: () => Promise<Store>,
  settings: Pick<Settings, "host" | "port">,
  logger: Logger,
  errorBody: (refusal: Refusal) => object,
): Promise<Store> => {
  const { host, port } = settings;
  const first = unlessUnavailable(open, (reason) =>
    logger.warn({ host, port, reason }, "The store can't be reached; waiting for it"),
  );
  const quick = await Promise.race([first, pause(quickAttemptMs, null, { ref: false })]);
  if (quick) return quick;
  const startupServer = createServer(answerWaiting(errorBody));
  startupServer.listen(port, host);
  await once(startupServer, "listening");
  try {
    let store = await first;
    while (!store) {
      await pause(retryEveryMs);
      store = await unlessUnavailable(open, () => {});
    }
    return store;
  } finally {
    startupServer.closeAllConnections();
    await new Promise((resolve) => startupServer.close(resolve));
  }
};

const unlessUnavailable = async <Store>(
  open: () => Promise<Store>,
  note: (reason: string) => void,
): Promise<Store | null> => {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    note(String(error.cause ?? error.message));
    return null;
  }
};

const answerWaiting =
  (errorBody: (refusal: Refusal) => object): RequestListener =>
  (request, response) => {
    response.setHeader("Connection", "close");
    response.setHeader("X-Request-Id", randomUUID());
    const path = parseRequestTarget(request.url)?.path.replace(/\/$/, "");
    if (path === "/healthz") return answerJson(response, 200, { status: "ok" });
    const error = new SessionError("SERVICE_UNAVAILABLE", "The store can't be reached yet");
    const refusal = toRefusal(error);
    if (path?.startsWith("/trpc/")) {
      const called = path.slice("/trpc/".length);
      return answerRefusal(response, refusal, { error: trpcErrorShape(error, undefined, called) });
    }
    if (path !== "/readyz") return answerRefusal(response, refusal, errorBody(refusal));
    response.setHeader("Retry-After", "1");
    answerJson(response, 503, { status: "unavailable", store: "down", bus: "ok" });
  };
