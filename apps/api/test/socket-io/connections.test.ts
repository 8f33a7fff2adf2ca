import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { adminKey, serviceKey, startTestServer, type TestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { type ElizaPage, openPage } from "./eliza-page.js";

const slots = 5;
const keys = { SOCKET_IO: "on", ADJOURN_ADMIN_KEY: adminKey, ADJOURN_SERVICE_KEY: serviceKey };

const startBounded = () =>
  startTestServer({ ...keys, RATE_LIMIT_PER_MINUTE: "100000" }, { connectionsPerAddress: slots });

const newToken = async ({ url }: TestServer): Promise<string> =>
  (await createSession(restWire(url, { key: serviceKey }))).token;

const websocket = { transports: ["websocket"], reconnection: false };

const metrics = async ({ url }: TestServer): Promise<string> =>
  (await fetch(`${url}/metrics`, { headers: { "X-API-KEY": adminKey } })).text();

/** Whether a page with this token gets in. */
const getsIn = async (server: TestServer, token: string): Promise<boolean> => {
  using page = openPage(server.url, { token }, websocket);
  let isRefused = false;
  page.socket.on("connect_error", () => {
    isRefused = true;
  });
  await until(() => isRefused || page.connects() === 1);
  return !isRefused;
};

describe("the connections of an address", () => {
  it("include its Socket.IO pages, and one that closes frees a slot", async () => {
    await using server = await startBounded();
    const token = await newToken(server);
    const pages: ElizaPage[] = [];
    for (let count = 0; count < slots; count += 1) {
      const page = openPage(server.url, { token }, websocket);
      await page.hasReceived("authenticated");
      pages.push(page);
    }
    expect(await getsIn(server, token)).toBe(false);
    pages[0]?.socket.disconnect();
    await until(() => getsIn(server, token));
    for (const page of pages) page[Symbol.dispose]();
  });

  it.each(["auth", "header"])("do not include pages with a key in %s", async (place) => {
    await using server = await startBounded();
    const token = await newToken(server);
    const pages: ElizaPage[] = [];
    const openWithKey = () =>
      place === "auth"
        ? openPage(server.url, { apiKey: serviceKey }, websocket)
        : openPage(server.url, {}, { ...websocket, extraHeaders: { "x-api-key": serviceKey } });
    for (let count = 0; count < slots + 2; count += 1) {
      const page = openWithKey();
      await page.hasReceived("authenticated");
      pages.push(page);
    }
    await until(() => getsIn(server, token));
    for (const page of pages) page[Symbol.dispose]();
  });
});

it("a connection that connects and disconnects its socket many times collects no listeners", async () => {
  const warnings: string[] = [];
  const note = ({ message }: Error) => warnings.push(message);
  process.on("warning", note);
  try {
    await using server = await startBounded();
    const { channelId, token } = await createSession(restWire(server.url, { key: serviceKey }));
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
    let text = "";
    socket.on("message", (data) => {
      text += data;
    });
    await once(socket, "open");
    const listeners = async () => /^adjourn_listeners (\d+)$/m.exec(await metrics(server))?.[1];
    for (let round = 0; round < 15; round += 1) {
      text = "";
      socket.send(`40${JSON.stringify({ token })}`);
      await until(() => text.includes("connection_established"));
      socket.send(`42${JSON.stringify(["join", { roomId: channelId }])}`);
      await until(() => text.includes("room_joined"));
      socket.send("41");
      // A `CONNECT` that comes before the server has taken the `DISCONNECT` closes the connection.
      await until(async () => (await listeners()) === "0");
    }
    socket.terminate();
  } finally {
    process.off("warning", note);
  }
  expect(warnings).toEqual([]);
});

describe.each([{ transports: ["polling"] }, { transports: ["polling", "websocket"] }])(
  "a ticket over $transports",
  (options) => {
    it.each(["in auth", "in the address"])("%s has the rights of who asked for it", async (place) => {
      await using server = await startTestServer(keys);
      const backend = restWire(server.url, { key: serviceKey });
      const own = await createSession(backend);
      const other = await createSession(backend);
      const { body } = await restWire(server.url, { key: own.token }).call("issueTicket", {});
      const ticket = String(body.ticket);
      using page =
        place === "in auth"
          ? openPage(server.url, { token: ticket }, options)
          : openPage(server.url, {}, { ...options, query: { ticket } });
      page.join(other.channelId);
      expect(await page.hasReceived("messageError")).toMatchObject({ code: "FORBIDDEN" });
      page.join(own.channelId);
      await page.hasReceived("room_joined");
      page.send(own.channelId, "hello");
      expect(await page.hasReceived("messageBroadcast", 2)).toMatchObject({ text: "hello" });
      await backend.call("endSession", { sessionId: own.sessionId });
      expect(await page.hasReceived("sessionEnded")).toMatchObject({ sessionId: own.sessionId });
      await until(() => page.disconnects.length === 1);
    });
  },
);
