import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Adjourn, type AdjournOptions, createAdjourn } from "@adjourn/server";

export const echoId = "00000000-0000-4000-8000-000000000001";
export const typewriterId = "00000000-0000-4000-8000-000000000002";
export const userId = "00000000-0000-4000-8000-0000000000aa";

export interface Opened extends AsyncDisposable {
  readonly adjourn: Adjourn;
}

/** An embedded server over a SQLite file of its own; gone with its database when the test is. */
export const openAdjourn = async (options: AdjournOptions = {}): Promise<Opened> => {
  const folder = await mkdtemp(join(tmpdir(), "adjourn-mount-"));
  const adjourn = await createAdjourn({
    databaseUrl: `file:${join(folder, "adjourn.db")}`,
    logLevel: "silent",
    ...options,
  });
  return {
    adjourn,
    [Symbol.asyncDispose]: async () => {
      await adjourn.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

export interface Host extends AsyncDisposable {
  readonly url: string;
  readonly wsUrl: string;
}

/** A program's own server on a free port. */
export const listen = async (listener: RequestListener, adjourn?: Adjourn): Promise<Host> => {
  const server = createServer(listener);
  if (adjourn) server.on("upgrade", adjourn.upgrade);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

export const sessionsPath = "/api/messaging/sessions";

export const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

/** Creates a session over REST. */
export const createOver = async (url: string, agentId = echoId): Promise<string> => {
  const answer = await post(`${url}${sessionsPath}`, { agentId, userId });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { sessionId: string }).sessionId;
};
