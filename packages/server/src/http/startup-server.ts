import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { answerJson, answerRefusal, parseRequestTarget, type Refusal, toRefusal } from "@adjourn/router";
import { SessionError, StoreUnavailableError } from "@adjourn/sessions";
import type { Logger } from "pino";
import type { Settings } from "../settings.js";

const retryEveryMs = 1_000;

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
  const first = await unlessUnavailable(open, (reason) =>
    logger.warn({ host, port, reason }, "The store can't be reached; waiting for it"),
  );
  if (first) return first;
  const startupServer = createServer(answerWaiting(errorBody));
  startupServer.listen(port, host);
  await once(startupServer, "listening");
  try {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, retryEveryMs));
      const store = await unlessUnavailable(open, () => {});
      if (store) return store;
    }
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
    const refusal = toRefusal(new SessionError("SERVICE_UNAVAILABLE", "The store can't be reached yet"));
    if (path !== "/readyz") return answerRefusal(response, refusal, errorBody(refusal));
    response.setHeader("Retry-After", "1");
    answerJson(response, 503, { status: "unavailable", store: "down", bus: "ok" });
  };
