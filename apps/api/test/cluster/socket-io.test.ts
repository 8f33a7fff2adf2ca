import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../setup/test-server.js";
import { createSession } from "../setup/wires.js";
import { openPage } from "../socket-io/eliza-page.js";
import { startTwoNodes } from "./setup/cluster.js";
import { cannotRunCluster } from "./setup/what-is-missing.js";

describe.skipIf(await cannotRunCluster())("Socket.IO pages on two nodes", () => {
  let cluster: Awaited<ReturnType<typeof startTwoNodes>>;
  beforeAll(async () => {
    cluster = await startTwoNodes({ SOCKET_IO: "on" });
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  const openBoth = (roomIds: readonly [string, string]) => {
    const pages = cluster.nodes.map(({ url }) => openPage(url, {}, { transports: ["websocket"] }));
    for (const [index, page] of pages.entries()) page.join(roomIds[index] ?? "");
    return pages;
  };

  it("receive the same messages, and the end, wherever it is asked for (E6)", async () => {
    const [a, b] = cluster.nodes;
    const { sessionId, channelId } = await createSession(a.rest);
    const pages = openBoth([channelId, sessionId]);
    for (const page of pages) await page.hasReceived("room_joined");
    pages[0]?.send(channelId, "hello");
    for (const page of pages) {
      await page.hasReceived("messageComplete");
      expect(page.received("messageBroadcast").map(({ text }) => text)).toEqual(["hello", "hello"]);
    }
    expect((await b.rest.call("endSession", { sessionId })).status).toBe(200);
    for (const page of pages) {
      expect(await page.hasReceived("sessionEnded")).toMatchObject({ sessionId, cause: "requested" });
      await until(() => page.disconnects.length === 1 && page.connects() === 2);
      page.join(channelId);
      expect(await page.hasReceived("messageError")).toMatchObject({ code: "SESSION_NOT_FOUND" });
      page[Symbol.dispose]();
    }
  });

  it("are served over WebSocket alone, since polling needs every request on one node", async () => {
    const [a] = cluster.nodes;
    const response = await fetch(`${a.url}/socket.io/?EIO=4&transport=polling`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: "Transport unknown" });
  });

  it("are disconnected at an end though the bus is dead (E7)", async () => {
    const [a, b] = cluster.nodes;
    const { sessionId, channelId } = await createSession(a.rest);
    const pages = openBoth([channelId, channelId]);
    for (const page of pages) await page.hasReceived("room_joined");
    await cluster.redis.kill();
    expect((await b.rest.call("endSession", { sessionId })).status).toBe(200);
    for (const page of pages) {
      expect(await page.hasReceived("sessionEnded")).toMatchObject({ sessionId });
      await until(() => page.disconnects.length === 1);
      page[Symbol.dispose]();
    }
  });
});
