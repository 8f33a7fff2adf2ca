import express from "express";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { echoId, type Host, listen, type Opened, openAdjourn, userId } from "./mounted.js";

type Payload = Record<string, unknown>;

/** Resolves with the payload of the next such event that fits. */
const received = (socket: Socket, event: string, fits: (payload: Payload) => boolean = () => true) =>
  new Promise<Payload>((resolve) => {
    const note = (payload: Payload) => {
      if (!fits(payload)) return;
      socket.off(event, note);
      resolve(payload);
    };
    socket.on(event, note);
  });

describe("mounted in Express, behind a body parser, with Socket.IO on", () => {
  let opened: Opened;
  let host: Host;
  beforeAll(async () => {
    opened = await openAdjourn({ socketIo: true });
    const app = express();
    app.use(express.json());
    app.get("/own", (_, response) => void response.send("the application's own"));
    app.use(opened.adjourn.handler);
    host = await listen(app, opened.adjourn);
  });
  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
    await host[Symbol.asyncDispose]();
  });

  it.each([[["polling"]], [["websocket"]], [["polling", "websocket"]]])(
    "a page over %j joins, sends, gets the reply, and is disconnected at the end",
    async (transports) => {
      const { sessionId, channelId } = await opened.adjourn.sessions.createSession({
        agentId: echoId,
        userId,
      });
      const socket = io(host.url, { transports, forceNew: true });
      const room = { channelId, roomId: channelId };
      const joined = received(socket, "channel_joined");
      await received(socket, "connection_established");
      socket.emit("message", { type: 1, payload: room });
      expect(await joined).toMatchObject(room);
      const acknowledged = received(socket, "messageAck");
      const reply = received(socket, "messageBroadcast", ({ source }) => source === "agent_response");
      socket.emit("message", { type: 2, payload: { ...room, message: "hello", messageId: "m-1" } });
      expect(await acknowledged).toMatchObject({ ...room, clientMessageId: "m-1" });
      expect(await reply).toMatchObject({ ...room, text: "hello" });
      const ended = received(socket, "sessionEnded");
      const control = received(socket, "controlMessage");
      const disconnected = new Promise((resolve) => socket.once("disconnect", resolve));
      await opened.adjourn.sessions.endSession({ sessionId, reason: "enough" });
      expect(await ended).toMatchObject({ ...room, sessionId, cause: "requested", reason: "enough" });
      expect(await control).toMatchObject({ action: "disable_input" });
      expect(await disconnected).toBe("io server disconnect");
      expect(await (await fetch(`${host.url}/own`)).text()).toBe("the application's own");
    },
  );
});

it("closing what is mounted closes its pages, and not the application's server", async () => {
  await using opened = await openAdjourn({ socketIo: true });
  const app = express();
  app.use(opened.adjourn.handler);
  app.get("/own", (_, response) => void response.send("the application's own"));
  await using host = await listen(app, opened.adjourn);
  const socket = io(host.url, { transports: ["websocket"], reconnection: false, forceNew: true });
  await received(socket, "connection_established");
  const disconnected = new Promise((resolve) => socket.once("disconnect", resolve));
  await opened.adjourn.close();
  expect(await disconnected).toMatch(/^transport/);
  expect(await (await fetch(`${host.url}/own`)).text()).toBe("the application's own");
});
