import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { openRaw } from "../../setup/raw-peer.js";
import { startTestServer, type TestServer, until, userId } from "../../setup/test-server.js";
import { createSession, restWire, wires } from "../../setup/wires.js";

/** Nothing of ours may be seen in an answer: no stack, no path, no query. */
const leak = /\bat \w+ \(|\/src\/|\/dist\/|node_modules|SELECT |INSERT |file:\/\//;

const post = (server: TestServer, path: string, body: string, type = "application/json"): Promise<Response> =>
  fetch(`${server.url}${path}`, { method: "POST", headers: { "Content-Type": type }, body });

const refusalOf = async (response: Response) => {
  const text = await response.text();
  expect(text).not.toMatch(leak);
  return { status: response.status, ...(JSON.parse(text) as { code: string }) };
};

describe("bad input over REST", () => {
  it.each([
    ["{", 400, "INVALID_JSON"],
    ["", 400, "VALIDATION_ERROR"],
    ["null", 400, "VALIDATION_ERROR"],
    ["[]", 400, "VALIDATION_ERROR"],
    ['"text"', 400, "VALIDATION_ERROR"],
    ["{}", 400, "VALIDATION_ERROR"],
    [`{"agentId":1,"userId":"${userId}"}`, 400, "VALIDATION_ERROR"],
    [`{"agentId":"${userId}","userId":"${userId}"}`, 404, "AGENT_NOT_FOUND"],
    ['{"__proto__":{"agentId":"x"}}', 400, "VALIDATION_ERROR"],
  ])("a body of %j is %i %s", async (body, status, code) => {
    await using server = await startTestServer();
    expect(await refusalOf(await post(server, "/api/messaging/sessions", body))).toMatchObject({
      status,
      code,
    });
  });

  it.each([
    ["POST", "/api/messaging/sessions", "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["PUT", "/api/messaging/sessions", "application/json", 405, "METHOD_NOT_ALLOWED"],
    ["POST", "/api/nowhere", "application/json", 404, "NOT_FOUND"],
    ["POST", "/", "application/json", 404, "NOT_FOUND"],
    ["POST", "/healthz/../api", "application/json", 404, "NOT_FOUND"],
  ])("%s %s as %s is %i %s", async (method, path, type, status, code) => {
    await using server = await startTestServer();
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { "Content-Type": type },
      body: "{}",
    });
    expect(await refusalOf(response)).toMatchObject({ status, code });
    if (status === 405) expect(response.headers.get("Allow")).toContain("POST");
  });

  it.each(["%", "%00", "%ff", "%2e%2e", "a".repeat(129), "☃", "';--"])(
    "the session id %j is refused, and never a 500",
    async (id) => {
      await using server = await startTestServer();
      for (const path of ["", "/messages", "/events"]) {
        const { status } = await refusalOf(
          await fetch(
            `${server.url}/api/messaging/sessions/${id.startsWith("%") ? id : encodeURIComponent(id)}${path}`,
          ),
        );
        expect([400, 404]).toContain(status);
      }
    },
  );
});

describe("an address that can't be read", () => {
  const longId = "t".repeat(257);
  it.each([
    ["/sessions/%E0%A4%A/messages?limit=0&before=-1", ["sessionId", "limit", "before"]],
    ["/sessions/%E0%A4%A/messages?after=1&after=2&limit=0", ["after", "sessionId", "limit"]],
    ["/channels/%/messages?after=1.5", ["channelId", "after"]],
    [`/sessions/%/events?lastEventId=${longId}`, ["sessionId", "lastEventId"]],
    ["/sessions/x/events?lastEventId=x.0.m&lastEventId=x.0.m", ["lastEventId"]],
  ])("%s gets every other error as well", async (path, named) => {
    await using server = await startTestServer();
    const response = await fetch(`${server.url}/api/messaging${path}`);
    const { details } = (await response.json()) as { details: { issues: { path: string }[] } };
    expect([response.status, details.issues.map((issue) => issue.path)]).toEqual([400, named]);
  });

  it.each([
    [`/sessions/%/events?lastEventId=${longId}`, ["sessionId", "lastEventId"]],
    ["/sessions/x/events?lastEventId=x.0.m&lastEventId=x.0.m", ["lastEventId"]],
    ["/sessions/x/events?%ff", [""]],
  ])("%s gets them at a WebSocket upgrade as well", async (path, named) => {
    await using server = await startTestServer();
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/api/messaging${path}`);
    const [, response] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];
    const { details } = (await json(response)) as { details: { issues: { path: string }[] } };
    expect([response.statusCode, details.issues.map((issue) => issue.path)]).toEqual([400, named]);
  });
});

it.each(["lastEventId", "Last-Event-Id"])(
  "a subscription over tRPC with %s twice is refused",
  async (name) => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    const input = encodeURIComponent(JSON.stringify({ sessionId }));
    const lastId = `${name}=${sessionId}.0.m`;
    const response = await fetch(`${server.url}/trpc/sessionEvents?input=${input}&${lastId}&${lastId}`);
    // tRPC answers a refused subscription with a stream, whose only event is the error.
    const text = await response.text();
    expect(text).toContain(`{"path":"${name}","message":"is given more than once"}`);
    expect(text).not.toContain("session.started");
  },
);

describe.each(wires)("bad input over $wire", ({ open }) => {
  it.each([
    ["createSession", { agentId: "x", userId }],
    ["createSession", {}],
    ["getSession", { sessionId: "x".repeat(200) }],
    ["sendSessionMessage", { content: "" }],
    ["sendSessionMessage", { content: "x".repeat(4_001) }],
    ["sendSessionMessage", { content: "\u0000" }],
    ["sendSessionMessage", { content: "\ud800" }],
    ["sendSessionMessage", { content: "x", metadata: { big: "x".repeat(10_240) } }],
    ["getSessionMessages", { limit: 101 }],
    ["getSessionMessages", { before: "no-such-message" }],
    ["endSession", { reason: "x".repeat(201) }],
    ["listSessions", { limit: 0 }],
    ["endSessions", {}],
  ])("%s with %j is a 400 that names what is wrong", async (operation, input) => {
    await using server = await startTestServer();
    await using wire = open(server.url);
    const { sessionId } = await createSession(wire);
    const answer = await wire.call(
      operation,
      operation === "createSession" ? input : { sessionId, ...input },
    );
    expect(answer).toMatchObject({ status: 400, code: "VALIDATION_ERROR" });
    expect(answer.details?.issues).not.toEqual([]);
    expect(JSON.stringify(answer)).not.toMatch(leak);
  });

  it("a bulk end with a filter that is not known is refused, and ends nothing", async () => {
    await using server = await startTestServer();
    await using wire = open(server.url);
    const { sessionId } = await createSession(wire);
    const answer = await wire.call("endSessions", { sessionIds: [sessionId], olderThanHours: 1 });
    expect(answer).toMatchObject({ status: 400, code: "VALIDATION_ERROR" });
    expect((await wire.call("getSession", { sessionId })).status).toBe(200);
  });

  it("a timeout out of range is INVALID_TIMEOUT_CONFIG and changes nothing", async () => {
    await using server = await startTestServer();
    await using wire = open(server.url);
    const { sessionId } = await createSession(wire);
    const before = await wire.call("getSession", { sessionId });
    expect(await wire.call("updateSessionTimeout", { sessionId, timeoutMinutes: 4 })).toMatchObject({
      status: 400,
      code: "INVALID_TIMEOUT_CONFIG",
    });
    const after = await wire.call("getSession", { sessionId });
    expect(after.body.timeoutConfig).toEqual(before.body.timeoutConfig);
    expect(after.body.expiresAt).toEqual(before.body.expiresAt);
  });
});

describe("bad input over tRPC", () => {
  it.each([
    ["/trpc/noSuchProcedure", 404, "NOT_FOUND"],
    ["/trpc/getSession?input={", 400, "INVALID_JSON"],
    ["/trpc/endSession", 405, "METHOD_NOT_ALLOWED"],
    ["/trpc/%ff", 400, "VALIDATION_ERROR"],
  ])("GET %s is %i %s", async (path, status, code) => {
    await using server = await startTestServer();
    const response = await fetch(`${server.url}${path}`);
    const text = await response.text();
    expect(response.status).toBe(status);
    expect(text).toContain(`"${code}"`);
    expect(text).not.toMatch(leak);
  });

  it.each([
    "{",
    "null",
    "[]",
    "[[]]",
    "1",
    '{"id":1}',
    '{"id":1,"method":"query","params":{"path":"constructor"}}',
  ])("the frame %j hurts nobody", async (frame) => {
    await using server = await startTestServer();
    const socket = new WebSocket(`${server.wsUrl}/trpc`);
    const frames: string[] = [];
    socket.on("message", (data) => frames.push(String(data)));
    await once(socket, "open");
    socket.send(frame);
    socket.send(JSON.stringify({ id: 7, method: "query", params: { path: "listAgents" } }));
    await until(() => frames.some((text) => text.includes('"id":7')));
    expect(frames.join()).not.toMatch(leak);
    expect(frames.join()).not.toContain("INTERNAL");
    socket.terminate();
  });
});

describe("a method that is not served", () => {
  it.each([
    ["POST", "/api/agents", "GET, HEAD"],
    ["GET", "/api/tickets", "POST"],
    ["POST", "/docs", "GET, HEAD"],
    ["POST", "/trpc/listAgents", "GET"],
    ["PUT", "/trpc/listAgents", "GET"],
    ["GET", "/trpc/endSession", "POST"],
  ])("%s %s gets the allowed methods", async (method, path, allowed) => {
    await using server = await startTestServer();
    const response = await fetch(`${server.url}${path}`, { method });
    expect([response.status, response.headers.get("Allow")]).toEqual([405, allowed]);
  });
});

describe("bytes that are not HTTP", () => {
  it.each([
    "nonsense\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${"y".repeat(20_000)}\r\n\r\n`,
  ])("%j is answered and cut, and the server lives", async (bytes) => {
    await using server = await startTestServer();
    await using peer = openRaw(server.url);
    peer.write(bytes);
    await peer.gone;
    expect(peer.text()).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect((await restWire(server.url).call("listAgents")).status).toBe(200);
  });
});
