import { once } from "node:events";
import type { AppRouter } from "@adjourn/router";
import { createTRPCClient, createWSClient, type TRPCClientError, wsLink } from "@trpc/client";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { databases } from "../setup/databases.js";
import { frame, openRaw, upgradeRequest } from "../setup/raw-peer.js";
import { eventsPath } from "../setup/subscribing.js";
import { startTestServer, type TestServer, typewriterId, until } from "../setup/test-server.js";
import { createSession, openTrpcSocket, restWire, trpcHttpWire } from "../setup/wires.js";

const openSocket = async (url: string): Promise<WebSocket> => {
  const socket = new WebSocket(url);
  await once(socket, "open");
  return socket;
};

const listenersOf = async (server: TestServer): Promise<number> => {
  const { body } = await restWire(server.url).call("listSessions");
  return (body.sessions as { listeners: number }[]).reduce((sum, { listeners }) => sum + listeners, 0);
};

describe.each([
  { mode: "eager", lazy: false },
  { mode: "lazy", lazy: true },
])("a stock tRPC client in $mode mode", ({ lazy }) => {
  it("receives the end of its only session, is closed with 4410, and does not reconnect", async () => {
    await using server = await startTestServer();
    const wire = trpcHttpWire(server.url);
    const { sessionId } = await createSession(wire);
    let opened = 0;
    const closes: number[] = [];
    const socket = createWSClient({
      url: `${server.wsUrl}/trpc`,
      connectionParams: { sessionId },
      retryDelayMs: () => 10,
      onOpen: () => {
        opened += 1;
      },
      onClose: (cause) => closes.push(cause?.code ?? 0),
      ...(lazy ? { lazy: { enabled: true, closeMs: 60_000 } } : {}),
    });
    const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] });
    const completed = new Promise<void>((resolve) => {
      client.sessionEvents.subscribe({ sessionId }, { onComplete: resolve });
    });
    await until(async () => (await listenersOf(server)) === 1);
    await wire.call("endSession", { sessionId });
    await completed;
    await until(() => closes.length === 1);
    expect(closes).toEqual([4410]);
    // An eager client holds a socket open come what may: it opens one, once, and asks for nothing on it.
    if (!lazy) await until(() => opened === 2);
    // A client that had asked for its subscription again would be answered, and closed, before these are.
    for (let call = 0; call < 3; call += 1) await client.getSessionsHealth.query();
    expect(opened).toBe(2);
    expect(closes).toEqual([4410]);
    await socket.close();
  });

  it("gets the error of a session that has ended, and does not ask again", async () => {
    await using server = await startTestServer();
    const wire = trpcHttpWire(server.url);
    const { sessionId } = await createSession(wire);
    await wire.call("endSession", { sessionId });
    let errors = 0;
    const socket = openTrpcSocket(server.url, undefined, lazy);
    const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] });
    await new Promise<void>((resolve) => {
      client.sessionEvents.subscribe(
        { sessionId },
        {
          onError: (error) => {
            errors += 1;
            expect(error.data?.session.code).toBe("SESSION_NOT_FOUND");
            resolve();
          },
        },
      );
    });
    // Whatever it had asked before this would be answered before it.
    await client.getSessionsHealth.query();
    expect(errors).toBe(1);
    await socket.close();
  });
});

describe.each(databases)("a socket of one session on $name", ({ skip, start }) => {
  it.skipIf(skip)(
    "carries the answers to all its calls, the end's own included, before it is closed",
    async () => {
      await using server = await start();
      const { sessionId } = await createSession(trpcHttpWire(server.url), { agentId: typewriterId });
      const closed = new Promise<number | undefined>((resolve) => {
        const socket = createWSClient({
          url: `${server.wsUrl}/trpc`,
          connectionParams: { sessionId },
          lazy: { enabled: true, closeMs: 60_000 },
          onClose: (cause) => resolve(cause?.code),
        });
        const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] });
        const send = () =>
          client.sendSessionMessage
            .mutate({ sessionId, content: "a b", metadata: { delayMs: 60_000 }, transport: "http" })
            .catch((error: TRPCClientError<AppRouter>) => error.data?.session.code);
        const end = { sessionId, idempotencyKey: "once" };
        client.sessionEvents.subscribe(
          { sessionId },
          {
            onData: async ({ data: { type } }) => {
              if (type === "session.started") answers.push(send());
              if (type === "message") answers.push(client.endSession.mutate(end));
            },
          },
        );
      });
      const answers: Promise<unknown>[] = [];
      expect(await closed).toBe(4410);
      expect(await Promise.all(answers)).toMatchObject(["SESSION_ENDED", { success: true, sessionId }]);
    },
  );
});

describe("a socket that watches several sessions", () => {
  it("stays open when one of them ends, and the others go on", async () => {
    await using server = await startTestServer();
    const wire = trpcHttpWire(server.url);
    const first = await createSession(wire);
    const second = await createSession(wire);
    let opened = 0;
    const socket = createWSClient({
      url: `${server.wsUrl}/trpc`,
      onOpen: () => {
        opened += 1;
      },
    });
    const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] });
    const received: string[] = [];
    const firstOver = new Promise<void>((resolve) => {
      client.sessionEvents.subscribe({ sessionId: first.sessionId }, { onComplete: resolve });
    });
    client.sessionEvents.subscribe(
      { sessionId: second.sessionId },
      { onData: ({ data }) => void received.push(data.type) },
    );
    await until(async () => (await listenersOf(server)) === 2);
    await wire.call("endSession", { sessionId: first.sessionId });
    await firstOver;
    await wire.call("sendSessionMessage", { sessionId: second.sessionId, content: "still here" });
    await until(() => received.includes("message"));
    expect(opened).toBe(1);
    await socket.close();
  });
});

describe("a misbehaving peer", () => {
  it.each([
    { kind: "plain", path: eventsPath, frames: () => [] },
    {
      kind: "tRPC",
      path: () => "/trpc?connectionParams=1",
      frames: (sessionId: string) => [
        { method: "connectionParams", data: { sessionId } },
        { id: 1, method: "subscription", params: { path: "sessionEvents", input: { sessionId } } },
      ],
    },
  ])(
    "is destroyed a second after a close that it does not answer on a $kind socket",
    async ({ path, frames }) => {
      await using server = await startTestServer();
      const wire = trpcHttpWire(server.url);
      const { sessionId } = await createSession(wire);
      // This peer reads, but never answers a close.
      const peer = openRaw(server.url);
      peer.write(upgradeRequest(server.url, path(sessionId)));
      for (const text of frames(sessionId)) peer.write(frame({ payload: Buffer.from(JSON.stringify(text)) }));
      await until(async () => (await listenersOf(server)) === 1);
      const endedAt = performance.now();
      await wire.call("endSession", { sessionId });
      await peer.gone;
      expect(performance.now() - endedAt).toBeGreaterThan(800);
    },
  );

  it("is dropped when it is silent for too long, and its listener with it", async () => {
    await using server = await startTestServer(
      {},
      { connectionTimeouts: { pingAfterMs: 100, silenceMs: 1_500 } },
    );
    const { sessionId } = await createSession(trpcHttpWire(server.url));
    const lively = await openSocket(`${server.wsUrl}${eventsPath(sessionId)}`);
    const silent = new WebSocket(`${server.wsUrl}${eventsPath(sessionId)}`, { autoPong: false });
    const [code] = await once(silent, "close");
    expect(code).toBe(1006);
    await until(async () => (await listenersOf(server)) === 1);
    expect(lively.readyState).toBe(WebSocket.OPEN);
    lively.terminate();
  });

  it.each(["plain", "tRPC"])(
    "is closed with 4408 on a %s socket when it reads too slowly, and only it",
    async (kind) => {
      await using server = await startTestServer();
      const wire = trpcHttpWire(server.url);
      const { sessionId } = await createSession(wire);
      const slow = await openSocket(
        kind === "plain" ? `${server.wsUrl}${eventsPath(sessionId)}` : `${server.wsUrl}/trpc`,
      );
      if (kind === "tRPC")
        slow.send(
          JSON.stringify({
            id: 1,
            method: "subscription",
            params: { path: "sessionEvents", input: { sessionId } },
          }),
        );
      const quick = await openSocket(`${server.wsUrl}${eventsPath(sessionId)}`);
      quick.on("message", () => {});
      await until(async () => (await listenersOf(server)) === 2);
      slow.pause();
      const content = "x".repeat(4_000);
      const metadata = { padding: "y".repeat(9_000) };
      // What the kernel takes on both sides comes before the megabyte that counts.
      for (let sent = 0; (await listenersOf(server)) === 2 && sent < 3_000; sent += 18)
        await Promise.all(
          Array.from({ length: 18 }, () => wire.call("sendSessionMessage", { sessionId, content, metadata })),
        );
      expect(await listenersOf(server)).toBe(1);
      slow.resume();
      const [code] = await once(slow, "close");
      expect(code).toBe(4408);
      expect(quick.readyState).toBe(WebSocket.OPEN);
      quick.terminate();
    },
  );
});
