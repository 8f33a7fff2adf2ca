import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { AppRouter } from "@adjourn/server";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { echoId, type Opened, openAdjourn, sessionsPath, userId } from "./mounted.js";

/** A program with WebSockets of its own, in front of Adjourn's or behind them. */
const listenWithOwn = async ({ adjourn }: Opened) => {
  const own = new WebSocketServer({ noServer: true });
  own.on("connection", (socket) => socket.send("the application's own"));
  const server = createServer((request, response) => adjourn.handler(request, response));
  server.on("upgrade", (request, socket, head) => {
    if (adjourn.upgrade(request, socket, head)) return;
    if (request.url === "/own")
      own.handleUpgrade(request, socket, head, (one) => own.emit("connection", one));
    else socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    wsUrl: `ws://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of own.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const messageOf = async (socket: WebSocket): Promise<string> => String((await once(socket, "message"))[0]);

describe("mounted beside other WebSockets", () => {
  let opened: Opened;
  let host: Awaited<ReturnType<typeof listenWithOwn>>;
  beforeAll(async () => {
    opened = await openAdjourn();
    host = await listenWithOwn(opened);
  });
  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
    await host[Symbol.asyncDispose]();
  });

  it("does not touch a socket of the application, nor one that nobody knows", async () => {
    expect(await messageOf(new WebSocket(`${host.wsUrl}/own`))).toBe("the application's own");
    const [error] = await once(new WebSocket(`${host.wsUrl}/nowhere`), "error");
    expect((error as Error).message).toContain("socket hang up");
  });

  it("serves a session's events on a plain WebSocket, and its end closes it", async () => {
    const { sessionId } = await opened.adjourn.sessions.createSession({ agentId: echoId, userId });
    const socket = new WebSocket(`${host.wsUrl}${sessionsPath}/${sessionId}/events`);
    expect(JSON.parse(await messageOf(socket)).type).toBe("session.started");
    const closed = once(socket, "close");
    const ended = messageOf(socket);
    await opened.adjourn.sessions.endSession({ sessionId, reason: "enough" });
    expect(JSON.parse(await ended)).toMatchObject({ type: "session.ended", reason: "enough" });
    expect((await closed)[0]).toBe(4410);
  });

  it("serves tRPC's WebSocket client: calls, and a subscription that completes with the session", async () => {
    const wsClient = createWSClient({ url: `${host.wsUrl}/trpc`, WebSocket: WebSocket as never });
    const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: wsClient })] });
    const { sessionId } = await client.createSession.mutate({ agentId: echoId, userId });
    const types: string[] = [];
    const complete = new Promise<void>((resolve, reject) => {
      client.sessionEvents.subscribe(
        { sessionId },
        {
          onData: ({ data }) => {
            types.push(data.type);
            if (data.type === "session.started")
              opened.adjourn.sessions.endSession({ sessionId }).catch(reject);
          },
          onComplete: resolve,
          onError: reject,
        },
      );
    });
    await complete;
    expect(types).toEqual(["session.started", "session.ended"]);
    await wsClient.close();
  });

  it("refuses a socket by status where the session's id can't be read", async () => {
    const socket = new WebSocket(`${host.wsUrl}${sessionsPath}/%ff/events`);
    const [error] = await once(socket, "error");
    expect((error as Error).message).toContain("400");
  });
});

describe.each([false, true])("with socketIo: %s", (socketIo) => {
  it("leaves /socket.io/ to the application unless it is on", async () => {
    await using opened = await openAdjourn({ socketIo });
    await using host = await listenWithOwn(opened);
    const socket = new WebSocket(`${host.wsUrl}/socket.io/?EIO=4&transport=websocket`);
    const first = socketIo ? messageOf(socket) : once(socket, "error").then(([error]) => String(error));
    expect(await first).toContain(socketIo ? '"pingInterval":15000' : "socket hang up");
    await opened.adjourn.close();
    if (socketIo && socket.readyState !== socket.CLOSED) await once(socket, "close");
  });
});
