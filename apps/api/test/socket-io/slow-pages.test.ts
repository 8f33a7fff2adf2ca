import { once } from "node:events";
import { createAgentDirectory } from "@adjourn/agents";
import { ScriptedAgent } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { startTestServer, type TestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { openPage } from "./eliza-page.js";

const listeners = async ({ url }: TestServer): Promise<number> => {
  const { body } = await restWire(url).call("listSessions");
  return (body.sessions as { listeners: number }[]).reduce((sum, each) => sum + each.listeners, 0);
};

/** A client that joins a room and then reads nothing more. @returns what resolves when it is not served any longer */
type Deaf = (url: string, channelId: string) => Promise<{ gone(): Promise<unknown> }>;

const overWebSocket: Deaf = async (url, channelId) => {
  const socket = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
  let text = "";
  socket.on("message", (data) => {
    text += data;
  });
  await once(socket, "open");
  socket.send("40");
  await until(() => text.includes("connection_established"));
  socket.send(`42${JSON.stringify(["join", { roomId: channelId }])}`);
  await until(() => text.includes("room_joined"));
  socket.pause();
  const closed = once(socket, "close").then(([code]) => code);
  return {
    gone: async () => {
      socket.resume();
      return closed;
    },
  };
};

const overPolling: Deaf = async (url, channelId) => {
  const address = `${url}/socket.io/?EIO=4&transport=polling`;
  const open = await (await fetch(address)).text();
  const own = `${address}&sid=${JSON.parse(open.slice(1)).sid}`;
  const post = (body: string) => fetch(own, { method: "POST", body });
  await post("40");
  await fetch(own);
  await post(`42${JSON.stringify(["join", { roomId: channelId }])}`);
  let text = "";
  while (!text.includes("room_joined")) text += await (await fetch(own)).text();
  return { gone: async () => (await fetch(own)).status };
};

it.each([
  { wire: "WebSocket", listen: overWebSocket, goneWith: 4408 },
  { wire: "polling", listen: overPolling, goneWith: 400 },
])(
  "a page on $wire that reads nothing is dropped at 1 MiB, and no other page",
  async ({ listen, goneWith }) => {
    const agent = new ScriptedAgent();
    await using server = await startTestServer(
      { SOCKET_IO: "on" },
      { agents: createAgentDirectory([agent]) },
    );
    const { channelId } = await createSession(restWire(server.url), { agentId: agent.id });
    using page = openPage(server.url);
    page.join(channelId);
    await page.hasReceived("room_joined");
    const deaf = await listen(server.url, channelId);
    expect(await listeners(server)).toBe(2);
    const words = "\u0001".repeat(10_000);
    for (let round = 1; (await listeners(server)) === 2; round += 1) {
      page.send(channelId, "go on");
      const turn = await agent.nextTurn();
      for (let piece = 0; piece < 20; piece += 1) turn.say(words);
      turn.finish();
      await page.hasReceived("messageComplete", round);
    }
    expect(await deaf.gone()).toBe(goneWith);
    expect(page.disconnects).toEqual([]);
  },
);
