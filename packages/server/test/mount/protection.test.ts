import { once } from "node:events";
import { Agent, createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { dialects } from "@adjourn/router";
import { createAdjourn } from "@adjourn/server";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createConnectionSlots } from "../../src/admission/connection-slots.js";
import { ConnectionGuard } from "../../src/http/connection-guard.js";
import { listen, openAdjourn, sessionsPath } from "./mounted.js";

const ask = async (url: string, headers: Record<string, string>, agent?: Agent): Promise<IncomingMessage> => {
  const [response] = await once(get(url, { headers, ...(agent ? { agent } : {}) }), "response");
  response.resume();
  await once(response, "end");
  return response;
};

const [outside] = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ internal, family }) => !internal && family === "IPv4");

describe("a program that listens on every address", () => {
  it.skipIf(!outside)("without keys, serves nobody from elsewhere, whatever Host they claim", async () => {
    await using opened = await openAdjourn();
    const server = createServer(opened.adjourn.handler).on("upgrade", opened.adjourn.upgrade);
    server.listen(0, "0.0.0.0");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const path = `:${port}${sessionsPath}`;
    const headers = { Host: `localhost:${port}` };
    expect((await ask(`http://127.0.0.1${path}`, headers)).statusCode).toBe(200);
    expect((await ask(`http://${outside?.address}${path}`, headers)).statusCode).toBe(403);
    const socket = new WebSocket(`ws://${outside?.address}:${port}/trpc`, { headers });
    const [error] = await once(socket, "error");
    expect((error as Error).message).toContain("403");
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

it("a foreign page can't call it through a visitor's browser", async () => {
  await using opened = await openAdjourn();
  await using host = await listen(opened.adjourn.handler);
  const headers = { Origin: "https://elsewhere.example" };
  expect((await ask(`${host.url}${sessionsPath}`, headers)).statusCode).toBe(403);
});

it("the rate limit counts requests without a key, and not those with one", async () => {
  const key = "an-admin-key-of-the-tests";
  await using opened = await openAdjourn({ adminKeys: [key], rateLimitPerMinute: 2 });
  await using host = await listen(opened.adjourn.handler);
  const statuses: (number | undefined)[] = [];
  for (let index = 0; index < 3; index += 1) {
    await ask(`${host.url}${sessionsPath}`, { "X-API-KEY": key });
    statuses.push((await ask(`${host.url}${sessionsPath}`, {})).statusCode);
  }
  expect(statuses).toEqual([401, 401, 429]);
});

it("connections of one address are counted at their first request, and count no more once they have closed", async () => {
  const slots = createConnectionSlots(1);
  const { errorBody } = dialects.documented;
  const connections = new ConnectionGuard({
    slots,
    trustProxy: "none",
    maxUnreadBytes: 1_000_000,
    errorBody,
  });
  await using host = await listen((request, response) => {
    connections.begin(request, response);
    response.once("close", () => connections.finish(request, response));
    response.statusCode = connections.refusalOf(request) === null ? 200 : 429;
    response.end();
  });
  const [first, second] = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })];
  const status = async (agent: Agent) => (await ask(host.url, {}, agent)).statusCode;
  expect([await status(first), await status(first), await status(second), await status(second)]).toEqual([
    200, 200, 429, 429,
  ]);
  first.destroy();
  await expect.poll(() => status(second)).toBe(200);
  second.destroy();
});

it("a database that can't be reached fails the start, and nothing listens meanwhile", async () => {
  const opening = createAdjourn({ databaseUrl: "postgres://postgres@127.0.0.1:1/none", logLevel: "silent" });
  await expect(opening).rejects.toMatchObject({ name: "StoreUnavailableError" });
});
