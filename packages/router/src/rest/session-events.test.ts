import { request as httpRequest, type IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { adminKey, type RestServer, startRestServer, unknownId } from "../../test/rest-server.js";

const pathOf = (sessionId: string): string => `/api/messaging/sessions/${sessionId}/events`;

const listen = (server: RestServer, path: string, headers = {}): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    httpRequest(`${server.url}${path}`, { headers, agent: false }, resolve).once("error", reject).end();
  });

/** Every event up to the end of the stream. */
const eventsOf = async (response: IncomingMessage): Promise<{ id: string; type: string }[]> => {
  let text = "";
  for await (const part of response.setEncoding("utf8")) text += part;
  const blocks = text.split("\n\n").filter((block) => block.startsWith("id: "));
  return blocks.map((block) => JSON.parse(block.split("\n")[1]?.slice(6) ?? ""));
};

test("a session's events are served until it ends, and the answer with them", async () => {
  await using server = await startRestServer();
  const { sessionId } = await server.world.create();
  const response = await listen(server, pathOf(sessionId));
  expect([response.statusCode, response.headers["content-type"]]).toEqual([
    200,
    "text/event-stream; charset=utf-8",
  ]);
  expect(response.headers["x-request-id"]).toBeTruthy();
  const received = eventsOf(response);
  await server.world.send(sessionId, "hi");
  await server.ask("DELETE", `/api/messaging/sessions/${sessionId}`);
  expect((await received).map(({ type }) => type)).toEqual([
    "session.started",
    "message",
    "session.renewed",
    "session.ended",
  ]);
});

test("the last id seen resumes, and the header counts more than the address", async () => {
  await using server = await startRestServer();
  const { sessionId } = await server.world.create();
  const first = eventsOf(await listen(server, pathOf(sessionId)));
  await server.world.send(sessionId, "one");
  await server.world.send(sessionId, "two");
  const again = (lastEventId: string, headers = {}) =>
    listen(server, `${pathOf(sessionId)}?lastEventId=${lastEventId}`, headers);
  const beforeAll = `${sessionId}.0.m`;
  const replayed = eventsOf(await again(beforeAll));
  const fromHeader = eventsOf(await again(beforeAll, { "Last-Event-ID": `${sessionId}.1.m` }));
  await server.ask("DELETE", `/api/messaging/sessions/${sessionId}`);
  const messages = (events: { type: string }[]) => events.filter(({ type }) => type === "message").length;
  expect(messages(await first)).toBe(2);
  expect(messages(await replayed)).toBe(2);
  expect(messages(await fromHeader)).toBe(1);
});

test("what is refused has its status, before any event", async () => {
  await using server = await startRestServer({ keys: true });
  const { sessionId } = await server.world.create();
  const key = { Authorization: `Bearer ${adminKey}` };
  const status = async (path: string, headers = {}) => (await server.ask("GET", path, { headers })).status;
  expect(await status(pathOf(sessionId))).toBe(401);
  expect(await status(pathOf(unknownId), key)).toBe(404);
  expect(await status(`${pathOf(sessionId)}?lastEventId=nonsense`, key)).toBe(400);
  await server.world.clock.advance(31 * 60_000);
  expect(await status(pathOf(sessionId), key)).toBe(410);
});

test("an EventSource, which sets no header, comes in with a ticket", async () => {
  await using server = await startRestServer({ keys: true });
  const { sessionId } = await server.world.create();
  const { ticket } = (await server.ask("POST", "/api/tickets", { key: adminKey })).json;
  const response = await listen(server, `${pathOf(sessionId)}?ticket=${ticket}`);
  expect(response.statusCode).toBe(200);
  response.destroy();
});
