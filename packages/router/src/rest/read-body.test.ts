import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type RestServer,
  scriptedAgentId,
  startRestServer,
  testUserId,
  unknownId,
} from "../../test/rest-server.js";

const sessionsPath = "/api/messaging/sessions";
const someone = { agentId: scriptedAgentId, userId: testUserId };

let server: RestServer;
beforeAll(async () => {
  server = await startRestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe("bodies", () => {
  const send = (body: string | Uint8Array, headers = {}) =>
    server.ask("POST", sessionsPath, { body, headers });
  const valid = JSON.stringify(someone);

  test.each([
    ["broken off", "{"],
    ["two of them", "{}{}"],
    ["invalid UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])("that are no JSON (%s) are 400 INVALID_JSON", async (_, body) => {
    const { status, json } = await send(body);
    expect([status, json.code]).toEqual([400, "INVALID_JSON"]);
  });

  test.each(["[]", "null", "7", '"text"'])("that are no object (%s) are 400", async (body) => {
    const { status, json } = await send(body);
    expect([status, json.code]).toEqual([400, "VALIDATION_ERROR"]);
  });

  test.each([
    ["text/plain", {}],
    ["application/xml", {}],
    ["application/json; charset=latin1", {}],
    ["application/json", { "Content-Encoding": "gzip" }],
    ["", {}],
  ])("of type '%s' %j are 415", async (type, more) => {
    const { status, json } = await send(valid, { "Content-Type": type, ...more });
    expect([status, json.code]).toEqual([415, "UNSUPPORTED_MEDIA_TYPE"]);
  });

  test.each(["application/json;charset=UTF-8", 'APPLICATION/JSON; charset="utf-8"'])(
    "of type %s are taken",
    async (type) => {
      expect((await send(valid, { "Content-Type": type })).status).toBe(201);
    },
  );

  test("that are missing count as empty", async () => {
    const { status, json } = await server.ask("POST", sessionsPath, {
      headers: { "Content-Type": "application/json" },
    });
    expect([status, json.code]).toEqual([400, "VALIDATION_ERROR"]);
    expect(json.details.issues.map(({ path }: { path: string }) => path)).toEqual(["agentId", "userId"]);
  });

  test("of 128 KiB are taken, of one byte more refused, whether or not they say so beforehand", async () => {
    const fill = (length: number) => `${valid.slice(0, -1)},"x":"${"x".repeat(length - valid.length - 7)}"}`;
    expect((await send(fill(131_072))).status).toBe(201);
    for (const headers of [{}, { "Transfer-Encoding": "chunked" }]) {
      const { status, json } = await send(fill(131_073), headers);
      expect([status, json.code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
    }
    const { status } = await server.ask("DELETE", `${sessionsPath}/${unknownId}`, {
      body: "x".repeat(131_073),
    });
    expect(status).toBe(413);
  });

  test("where none is expected are not parsed", async () => {
    const { sessionId } = await server.world.create();
    const { status } = await server.ask("POST", `${sessionsPath}/${sessionId}/heartbeat`, { body: "{" });
    expect(status).toBe(200);
  });

  test.each([
    ['{"__proto__":{"admin":true}}'],
    ['{"text":"a\\u0000b"}'],
    ['{"text":"\\ud800"}'],
    ['{"\\udc00":1}'],
    [`{"deep":${"[".repeat(5_000)}${"]".repeat(5_000)}}`],
  ])("with metadata that could not be given back (%s) are 400", async (metadata) => {
    const { status, json } = await send(`${valid.slice(0, -1)},"metadata":${metadata}}`);
    expect([status, json.details.issues?.[0].path]).toEqual([400, "metadata"]);
  });
});

test("a caller who leaves in the middle of a body is forgotten", async () => {
  const reported = server.errors.length;
  const { port } = new URL(server.url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(
    `POST ${sessionsPath} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{`,
  );
  socket.resume().end();
  await new Promise((resolve) => socket.once("close", resolve));
  expect((await server.ask("GET", "/api/agents")).status).toBe(200);
  expect(server.errors).toHaveLength(reported);
});
