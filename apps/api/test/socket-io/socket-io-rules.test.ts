import { once } from "node:events";
import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { adminKey, serviceKey, startTestServer, type TestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { openPage, refusalOf } from "./eliza-page.js";

const withKeys = { SOCKET_IO: "on", ADJOURN_ADMIN_KEY: adminKey, ADJOURN_SERVICE_KEY: serviceKey };
const backend = ({ url }: TestServer) => restWire(url, { key: serviceKey });
const polling = "/socket.io/?EIO=4&transport=polling";
const socketPath = "/socket.io/?EIO=4&transport=websocket";

/** The status of an upgrade that is refused; 101 if it is not. */
const upgradeStatus = (url: string, headers: Record<string, string> = {}): Promise<number> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace("http", "ws")}${socketPath}`, { headers });
    socket.on("error", () => {});
    socket.on("open", () => {
      resolve(101);
      socket.terminate();
    });
    socket.on("unexpected-response", (_, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
  });

const pollStatus = async (url: string, headers: Record<string, string> = {}): Promise<number> => {
  const call = request(`${url}${polling}`, { headers }).end();
  const [response] = await once(call, "response");
  response.resume();
  return response.statusCode;
};

it("is not served unless it is enabled", async () => {
  await using server = await startTestServer();
  expect(await pollStatus(server.url)).toBe(404);
  expect(await upgradeStatus(server.url)).toBe(404);
});

describe("a caller", () => {
  it.each(["apiKey", "token"])("with a key in auth.%s may join and send", async (field) => {
    await using server = await startTestServer(withKeys);
    const { channelId } = await createSession(backend(server));
    using page = openPage(server.url, { [field]: serviceKey });
    page.join(channelId);
    await page.hasReceived("room_joined");
    page.send(channelId, "hi");
    await page.hasReceived("messageAck");
  });

  it("with a key in x-api-key gets in without any auth, and an entity id is made for it", async () => {
    await using server = await startTestServer(withKeys);
    using page = openPage(server.url, { entityId: undefined }, { extraHeaders: { "x-api-key": serviceKey } });
    expect((await page.hasReceived("authenticated")).entityId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("without a valid key is refused as ElizaOS does", async () => {
    await using server = await startTestServer(withKeys);
    for (const auth of [
      {},
      { apiKey: "wrong" },
      { apiKey: "" },
      { token: "wrong" },
      { apiKey: [serviceKey] },
    ]) {
      using page = openPage(server.url, auth);
      expect(await refusalOf(page)).toEqual({ message: "Invalid or missing API Key", code: "UNAUTHORIZED" });
    }
    using page = openPage(server.url, { apiKey: serviceKey, entityId: "not-a-uuid" });
    expect(await refusalOf(page)).toMatchObject({ message: "Valid entityId required" });
  });

  it("with a ticket has its rights", async () => {
    await using server = await startTestServer(withKeys);
    const own = await createSession(backend(server));
    const { body } = await restWire(server.url, { key: own.token }).call("issueTicket", {});
    using page = openPage(server.url, { token: body.ticket });
    page.join(own.channelId);
    await page.hasReceived("room_joined");
  });

  it("with a session's token reaches that session alone, and is disconnected at its end", async () => {
    await using server = await startTestServer(withKeys);
    const [own, other] = [await createSession(backend(server)), await createSession(backend(server))];
    using page = openPage(server.url, { token: own.token });
    await page.hasReceived("authenticated");
    page.join(other.channelId);
    page.join(other.sessionId);
    page.join("no-such-room");
    page.send(other.channelId, "hi");
    await page.hasReceived("messageError", 4);
    expect(page.received("messageError").map(({ code }) => code)).toEqual(Array(4).fill("FORBIDDEN"));
    page.join(own.channelId);
    await page.hasReceived("room_joined");
    page.socket.emit("leave", { roomId: own.channelId });
    page.join(own.sessionId);
    await page.hasReceived("room_joined", 2);
    page.socket.emit("leave", { roomId: own.sessionId });
    page.send(own.channelId, "still let in");
    await page.hasReceived("messageAck");
    await backend(server).call("endSession", { sessionId: own.sessionId });
    await until(() => page.disconnects.length === 1);
    expect(page.disconnects).toEqual(["io server disconnect"]);
    using again = openPage(server.url, { token: own.token });
    expect(await refusalOf(again)).toEqual({ message: "Authentication failed", code: "SESSION_NOT_FOUND" });
  });
});

describe("input", () => {
  it("that does not fit is a messageError, and the socket goes on", async () => {
    await using server = await startTestServer({ SOCKET_IO: "on" });
    const { channelId } = await createSession(restWire(server.url));
    using page = openPage(server.url);
    const given = [{}, { roomId: 5 }, { roomId: "" }, { roomId: "\u0000" }, null, "x", [[]]];
    for (const payload of given) page.socket.emit("message", { type: 1, payload });
    for (const fields of [{ message: "" }, { message: 5 }, { metadata: "x" }, { attachments: "x" }])
      page.send(channelId, "hi", fields);
    page.send(channelId, "x".repeat(4_001));
    await page.hasReceived("messageError", given.length + 5);
    const codes = new Set(page.received("messageError").map(({ code }) => code));
    expect([...codes]).toEqual(["VALIDATION_ERROR"]);
    for (const ignored of [null, 5, { type: 9 }, { type: "1" }]) page.socket.emit("message", ignored);
    page.join(channelId);
    await page.hasReceived("room_joined");
    expect(page.disconnects).toEqual([]);
  });

  it("that is binary, or larger than a body may be, closes the transport", async () => {
    await using server = await startTestServer({ SOCKET_IO: "on" });
    for (const payload of [Buffer.from("x"), "x".repeat(140_000)]) {
      using page = openPage(server.url, {}, { transports: ["websocket"] });
      await page.hasReceived("authenticated");
      page.socket.emit("message", payload);
      await until(() => page.disconnects.length > 0);
      expect(page.disconnects[0]).toMatch(/^transport/);
    }
  });
});

describe("limits", () => {
  it("a socket joins at most 100 rooms", async () => {
    await using server = await startTestServer({ SOCKET_IO: "on" });
    const wire = restWire(server.url);
    const sessions = await Promise.all(Array.from({ length: 101 }, () => createSession(wire)));
    using page = openPage(server.url);
    for (const { channelId } of sessions) page.join(channelId);
    expect(await page.hasReceived("messageError")).toMatchObject({ code: "RATE_LIMITED" });
    expect(page.received("room_joined")).toHaveLength(100);
  });

  it("handshakes and events count against the address", async () => {
    await using server = await startTestServer({ ...withKeys, RATE_LIMIT_PER_MINUTE: "5" });
    const { channelId, token } = await createSession(backend(server));
    using page = openPage(server.url, { token }, { transports: ["websocket"] });
    for (let count = 0; count < 6; count += 1) page.join(channelId);
    expect(await page.hasReceived("messageError")).toMatchObject({ code: "RATE_LIMITED" });
    expect(page.received("room_joined")).toHaveLength(4);
    expect(await upgradeStatus(server.url)).toBe(429);
    expect(await pollStatus(server.url)).toBe(429);
    expect(await upgradeStatus(server.url, { "x-api-key": serviceKey })).toBe(101);
  });

  it("a foreign Origin or Host gets no socket, by 400 for an upgrade and 403 for polling", async () => {
    await using server = await startTestServer({ SOCKET_IO: "on" });
    const foreign: Record<string, string>[] = [{ Origin: "https://evil.example" }, { Host: "evil.example" }];
    for (const headers of foreign) {
      expect(await upgradeStatus(server.url, headers)).toBe(400);
      expect(await pollStatus(server.url, headers)).toBe(403);
    }
    expect(await pollStatus(server.url, { Origin: "http://localhost:3001" })).toBe(200);
  });

  it("a socket that sends too many messages is closed", async () => {
    await using server = await startTestServer(withKeys);
    const { channelId, token } = await createSession(backend(server));
    using page = openPage(server.url, { token }, { transports: ["websocket"] });
    await page.hasReceived("authenticated");
    for (let count = 0; count < 600; count += 1) page.join(channelId);
    await until(() => page.disconnects.length > 0);
    expect(page.disconnects[0]).toMatch(/^transport/);
  });
});

it.each(["polling", "websocket"])("draining closes %s without a disconnect packet", async (transport) => {
  await using server = await startTestServer({ SOCKET_IO: "on" });
  const { channelId } = await createSession(restWire(server.url));
  using page = openPage(server.url, {}, { transports: [transport] });
  page.join(channelId);
  await page.hasReceived("room_joined");
  await server.close();
  await until(() => page.disconnects.length > 0);
  expect(page.disconnects[0]).toMatch(/^transport/);
  expect(page.socket.active).toBe(true);
  expect(page.received("sessionEnded")).toEqual([]);
});
