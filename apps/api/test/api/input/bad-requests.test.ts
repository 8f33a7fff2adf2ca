import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { ask, sessionsPath } from "../../setup/api-call.js";
import { adminKey, serviceKey, startTestServer, type TestServer } from "../../setup/test-server.js";
import { createSession, restWire } from "../../setup/wires.js";

let open: TestServer;
let locked: TestServer;
let sessionId: string;
beforeAll(async () => {
  open = await startTestServer();
  locked = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey, ADJOURN_SERVICE_KEY: serviceKey });
  sessionId = (await createSession(restWire(open.url))).sessionId;
});
afterAll(async () => {
  await open[Symbol.asyncDispose]();
  await locked[Symbol.asyncDispose]();
});

const notUtf8 = (before: string, after: string): Buffer =>
  Buffer.concat([Buffer.from(before), Buffer.from([0x61, 0xff, 0xfe]), Buffer.from(after)]);

/** The one code of an answer, whichever wire it came by. */
const codeOf = ({ text }: Awaited<ReturnType<typeof ask>>): string => {
  const json = JSON.parse(text);
  return json.code ?? (Array.isArray(json) ? json[0] : json).error.data.session.code;
};

describe("text that no store could return is a 400 in every field", () => {
  it("a body that is not UTF-8", async () => {
    const rest = await ask(open.url, "POST", `${sessionsPath}/${sessionId}/messages`, {
      body: notUtf8('{"content":"', '"}'),
    });
    const trpc = await ask(open.url, "POST", "/trpc/sendSessionMessage", {
      body: notUtf8(`{"sessionId":"${sessionId}","content":"`, '"}'),
    });
    const cutOff = await ask(open.url, "POST", "/trpc/sendSessionMessage", {
      body: Buffer.concat([Buffer.from('{"sessionId":"x","content":"y"}'), Buffer.from([0xe2, 0x82])]),
    });
    for (const answer of [rest, trpc, cutOff])
      expect([answer.status, codeOf(answer)]).toEqual([400, "INVALID_JSON"]);
  });

  it.each([
    ["GET", `${sessionsPath}/%ff`],
    ["GET", `${sessionsPath}/%zz/messages`],
    ["GET", `${sessionsPath}/%00`],
    ["GET", `${sessionsPath}/%ed%a0%80`],
    ["GET", `${sessionsPath}/%ff/events`],
    ["DELETE", `${sessionsPath}/x?reason=%ff`],
    ["DELETE", `${sessionsPath}/x?reason=%00`],
    ["GET", `${sessionsPath}?search=%c3`],
    ["GET", `${sessionsPath}?search=%00`],
    ["GET", `${sessionsPath}?userId=%2`],
    ["GET", `${sessionsPath}?cursor=%00`],
    ["GET", `${sessionsPath}/x/messages?before=%00`],
    ["GET", `${sessionsPath}/x/events?lastEventId=%ff`],
    ["DELETE", "/api/messaging/channels/%ff"],
    ["GET", "/api/messaging/channels/%c0%af/messages"],
    ["GET", "/api/messaging/endings?search=%80"],
    ["GET", "/trpc/getSession?input=%7B%22sessionId%22%3A%22%ff%22%7D"],
    ["GET", "/trpc/getSession?input=%7B%22sessionId%22%3A%22%zz%22%7D"],
    ["GET", "/trpc/getSession?input=%7B%22sessionId%22%3A%22%00%22%7D"],
    ["GET", "/trpc/getSession?input=%7B%22sessionId%22%3A%22?%ff%22%7D"],
    ["GET", "/trpc/%ff"],
  ])("%s %s", async (method, path) => {
    const answer = await ask(open.url, method, path);
    expect(answer.status).toBe(400);
    expect(["VALIDATION_ERROR", "INVALID_JSON"]).toContain(codeOf(answer));
  });

  it.each(["%ff", "%zz", "%00", "a".repeat(129)])(
    "a WebSocket of the session %s, refused by status",
    async (id) => {
      const socket = new WebSocket(`${open.wsUrl}${sessionsPath}/${id}/events`);
      socket.on("error", () => {});
      const [, response] = await once(socket, "unexpected-response");
      expect(response.statusCode).toBe(400);
      response.destroy();
    },
  );

  const bad = [
    '{"__proto__":1}',
    '{"a":{"__proto__":{}}}',
    '{"a":[{"b":{"__proto__":0}}]}',
    '{"a":"\\u0000"}',
  ];
  const alsoBad = ['{"\\u0000":1}', '{"a":"\\ud800"}', '{"\\udfff":1}', '{"a":["\\ude00\\ud83d"]}'];
  it.each([...bad, ...alsoBad])("metadata and attachments %s", async (object) => {
    const create = `"agentId":"00000000-0000-4000-8000-000000000001","userId":"${sessionId}"`;
    const send = `"content":"x"`;
    for (const [rest, trpc, fields] of [
      [sessionsPath, "createSession", `${create},"metadata":${object}`],
      [`${sessionsPath}/${sessionId}/messages`, "sendSessionMessage", `${send},"metadata":${object}`],
      [`${sessionsPath}/${sessionId}/messages`, "sendSessionMessage", `${send},"attachments":[${object}]`],
    ] as const) {
      const answers = [
        await ask(open.url, "POST", rest, { body: `{${fields}}` }),
        await ask(open.url, "POST", `/trpc/${trpc}`, { body: `{"sessionId":"${sessionId}",${fields}}` }),
      ];
      for (const answer of answers)
        expect([answer.status, codeOf(answer)], answer.text).toEqual([400, "VALIDATION_ERROR"]);
    }
  });

  it.each([
    ["POST", sessionsPath, '{"__proto__":{"agentId":"x"}}'],
    ["POST", `${sessionsPath}/end`, '{"sessionIds":["x"],"__proto__":{}}'],
    ["PATCH", `${sessionsPath}/{id}/timeout`, '{"__proto__":{"timeoutMinutes":9}}'],
    ["POST", `${sessionsPath}/{id}/messages`, '{"content":"x","__proto__":{}}'],
    ["POST", `${sessionsPath}/{id}/messages`, '{"content":"x","transport":"sse","__proto__":{}}'],
    ["POST", "/trpc/endSession", '{"sessionId":"{id}","__proto__":{}}'],
    ["POST", "/trpc/updateSessionTimeout", '{"sessionId":"{id}","timeoutMinutes":9,"__proto__":{}}'],
  ])("%s %s with %s", async (method, path, body) => {
    const put = (text: string) => text.replace("{id}", sessionId);
    const answer = await ask(open.url, method, put(path), { body: put(body) });
    expect([answer.status, codeOf(answer)]).toEqual([400, "VALIDATION_ERROR"]);
  });

  it("a session with such an id is found like any other", async () => {
    const answer = await ask(open.url, "GET", `${sessionsPath}/__proto__`);
    expect([answer.status, answer.json.code]).toEqual([404, "SESSION_NOT_FOUND"]);
  });
});

describe("the checks have the same order over tRPC as over REST", () => {
  const tooLarge = "x".repeat(140_000);
  const text = { "Content-Type": "text/plain" };
  const foreign = { Origin: "http://elsewhere.example" };
  const batch = (name: string) => `/trpc/${Array(21).fill(name).join(",")}?batch=1`;
  it.each([
    ["procedure", "POST", "/trpc/nowhere", { headers: { ...text, ...foreign }, body: "{" }, 404],
    ["method", "GET", "/trpc/endSession", { headers: foreign }, 405],
    ["method of a query", "DELETE", "/trpc/getSession", { headers: foreign, body: "{" }, 405],
    [
      "origin",
      "POST",
      "/trpc/endSession",
      { headers: { ...text, ...foreign }, key: "wrong", body: "{" },
      403,
    ],
    ["key, missing", "POST", "/trpc/endSession", { headers: text, body: "{" }, 401],
    ["key, wrong", "POST", "/trpc/endSession", { headers: text, key: "wrong", body: tooLarge }, 401],
    ["key, of a batch too long", "GET", batch("listAgents"), {}, 401],
    ["key, of a bad address", "GET", "/trpc/getSession?input=%ff", {}, 401],
    ["role", "POST", "/trpc/eraseChannel", { headers: text, key: serviceKey, body: tooLarge }, 403],
    ["size", "POST", "/trpc/endSession", { headers: text, key: adminKey, body: tooLarge }, 413],
    ["type", "POST", "/trpc/endSession", { headers: text, key: adminKey, body: "{" }, 415],
    [
      "type",
      "POST",
      "/trpc/endSession",
      { headers: { "Content-Type": "application/octet-stream" }, key: adminKey, body: "{" },
      415,
    ],
    [
      "charset",
      "POST",
      "/trpc/endSession",
      { headers: { "Content-Type": "application/json; charset=latin1" }, key: adminKey, body: "{" },
      415,
    ],
    ["JSON", "POST", "/trpc/endSession", { key: adminKey, body: "{" }, 400],
    ["batch too long", "GET", batch("listAgents"), { key: adminKey }, 400],
    ["input", "POST", "/trpc/endSession", { key: adminKey, body: {} }, 400],
    ["session", "POST", "/trpc/endSession", { key: adminKey, body: { sessionId: "x" } }, 404],
  ] as const)("%s", async (_, method, path, options, status) => {
    const answer = await ask(locked.url, method, path, options);
    expect(answer.status, answer.text).toBe(status);
    if (status === 405) expect(answer.headers.allow).toMatch(/^(GET|POST)$/);
  });

  it("a call without a body needs no content type", async () => {
    expect((await ask(locked.url, "POST", "/trpc/issueTicket", { key: adminKey })).status).toBe(200);
  });
});
