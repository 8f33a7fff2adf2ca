import { createAgentDirectory } from "@adjourn/agents";
import { ScriptedAgent } from "@adjourn/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer, until, userId } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { openPage } from "./eliza-page.js";

const agent = new ScriptedAgent();
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ SOCKET_IO: "on" }, { agents: createAgentDirectory([agent]) });
});
afterAll(() => server?.[Symbol.asyncDispose]());

const newSession = () => createSession(restWire(server.url), { agentId: agent.id });
const end = (sessionId: string, reason?: string) =>
  restWire(server.url).call("endSession", { sessionId, ...(reason ? { reason } : {}) });

describe.each([["polling"], ["websocket"], ["polling", "websocket"]])("over %s and %s", (...transports) => {
  const open = () => openPage(server.url, {}, { transports: transports.filter(Boolean) });

  it("a page joins, sends, and gets the reply in pieces and as a whole", async () => {
    using page = open();
    const { channelId } = await newSession();
    expect(await page.hasReceived("authenticated")).toMatchObject({ entityId: page.entityId });
    expect(await page.hasReceived("connection_established")).toMatchObject({ socketId: page.socket.id });
    page.join(channelId);
    const ids = { channelId, roomId: channelId };
    expect(await page.hasReceived("channel_joined")).toMatchObject({ ...ids, agentId: agent.id });
    expect(await page.hasReceived("room_joined")).toMatchObject(ids);
    const clientMessageId = page.send(channelId, "hello");
    const own = await page.hasReceived("messageBroadcast");
    expect(own).toMatchObject({
      ...ids,
      senderId: userId,
      senderName: "Ada",
      text: "hello",
      clientMessageId,
    });
    expect(own.createdAt).toBeTypeOf("number");
    const ack = { clientMessageId, messageId: own.id, status: "received_by_server_and_processing", ...ids };
    expect(await page.hasReceived("messageAck")).toEqual(ack);
    const turn = await agent.nextTurn();
    turn.say("Good ");
    turn.say("day");
    turn.finish();
    const reply = await page.hasReceived("messageBroadcast", 2);
    expect(reply).toMatchObject({ ...ids, senderId: agent.id, text: "Good day", source: "agent_response" });
    const chunks = page.received("messageStreamChunk");
    expect(chunks.map(({ chunk }) => chunk).join("")).toBe("Good day");
    for (const chunk of chunks)
      expect(chunk).toMatchObject({ ...ids, messageId: reply.id, agentId: agent.id });
    expect(await page.hasReceived("messageComplete")).toMatchObject(ids);
  });

  it("an end is announced, closes the input, and disconnects a page without another room; a rejoin is refused", async () => {
    using page = open();
    const { sessionId, channelId } = await newSession();
    page.join(channelId);
    await page.hasReceived("channel_joined");
    await end(sessionId, "done");
    const ids = { channelId, roomId: channelId };
    expect(await page.hasReceived("sessionEnded")).toMatchObject({
      ...ids,
      sessionId,
      cause: "requested",
      reason: "done",
    });
    expect(await page.hasReceived("controlMessage")).toEqual({ action: "disable_input", ...ids });
    await until(() => page.disconnects.length > 0);
    expect(page.disconnects).toEqual(["io server disconnect"]);
    await until(() => page.connects() === 2);
    page.join(channelId);
    expect(await page.hasReceived("messageError")).toMatchObject({ code: "SESSION_NOT_FOUND" });
    page.send(channelId, "anyone?");
    expect(await page.hasReceived("messageError", 2)).toMatchObject({ code: "SESSION_NOT_FOUND" });
  });
});

it("both spellings reach one session, and each page gets the id that it joined with", async () => {
  using byChannel = openPage(server.url);
  using bySession = openPage(server.url);
  const { sessionId, channelId } = await newSession();
  byChannel.socket.emit("1", { channelId });
  bySession.socket.emit("join", { roomId: sessionId });
  await Promise.all([byChannel.hasReceived("room_joined"), bySession.hasReceived("room_joined")]);
  byChannel.send(channelId, "hello");
  const [own, other] = [
    await byChannel.hasReceived("messageBroadcast"),
    await bySession.hasReceived("messageBroadcast"),
  ];
  expect(own).toMatchObject({ channelId, roomId: channelId });
  expect(other).toMatchObject({ channelId: sessionId, roomId: sessionId, id: own.id });
  expect(other).not.toHaveProperty("clientMessageId");
  const turn = await agent.nextTurn();
  turn.finish();
});

it("a page with another room stays connected at an end, and receives the events of that room", async () => {
  using page = openPage(server.url);
  const [first, second] = [await newSession(), await newSession()];
  page.join(first.channelId);
  page.join(second.channelId);
  await page.hasReceived("room_joined", 2);
  await end(first.sessionId);
  await page.hasReceived("controlMessage");
  page.send(second.channelId, "still there");
  expect(await page.hasReceived("messageBroadcast")).toMatchObject({ text: "still there" });
  (await agent.nextTurn()).finish();
  expect(page.disconnects).toEqual([]);
});

it("a page that joins in mid-reply gets its text so far", async () => {
  using first = openPage(server.url);
  const { channelId } = await newSession();
  first.join(channelId);
  first.send(channelId, "go");
  const turn = await agent.nextTurn();
  turn.say("half ");
  await first.hasReceived("messageStreamChunk");
  using late = openPage(server.url);
  late.join(channelId);
  expect(await late.hasReceived("messageStreamChunk")).toMatchObject({ chunk: "half " });
  turn.say("whole");
  turn.finish();
  await late.hasReceived("messageComplete");
  const chunks = late.received("messageStreamChunk").map(({ chunk }) => chunk);
  expect(chunks.join("")).toBe("half whole");
});

it("a reply that is cut by the end is not broadcast, and one that fails is a messageStreamError", async () => {
  using page = openPage(server.url);
  const { sessionId, channelId } = await newSession();
  page.join(channelId);
  page.send(channelId, "one");
  const failing = await agent.nextTurn();
  failing.say("be");
  const { messageId } = await page.hasReceived("messageStreamChunk");
  failing.fail(new Error("out of words"));
  expect(await page.hasReceived("messageStreamError")).toMatchObject({ messageId, error: "AGENT_FAILED" });
  page.send(channelId, "two");
  const cut = await agent.nextTurn();
  cut.say("be");
  await page.hasReceived("messageStreamChunk", 2);
  await end(sessionId);
  await page.hasReceived("sessionEnded");
  expect(page.received("messageBroadcast").map(({ text }) => text)).toEqual(["one", "two"]);
});

it("a page that leaves receives nothing more, and may join again", async () => {
  using page = openPage(server.url);
  using other = openPage(server.url);
  const { channelId } = await newSession();
  for (const each of [page, other]) {
    each.join(channelId);
    await each.hasReceived("room_joined");
  }
  page.socket.emit("leave", { roomId: channelId });
  page.socket.emit("subscribe_logs");
  page.send(channelId, "after the leave");
  await page.hasReceived("messageAck");
  await other.hasReceived("messageBroadcast");
  expect(page.received("messageBroadcast")).toEqual([]);
  page.join(channelId);
  await page.hasReceived("room_joined", 2);
  (await agent.nextTurn()).finish();
});
