import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RestServer, startRestServer, unknownId } from "../../test/rest-server.js";

const sessionsPath = "/api/messaging/sessions";

let server: RestServer;
beforeAll(async () => {
  server = await startRestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe("routes and methods", () => {
  test.each([
    ["GET", "/"],
    ["GET", "/api"],
    ["DELETE", `${sessionsPath}/a/b/c`],
    ["POST", "/api/messaging/sessions/x/nothing"],
    ["GET", "//api/agents"],
    ["GET", "/API/agents"],
  ])("%s %s is 404", async (method, path) => {
    const { status, json } = await server.ask(method, path);
    expect([status, json.code]).toEqual([404, "NOT_FOUND"]);
  });

  test.each([
    ["PUT", sessionsPath, "GET, HEAD, POST"],
    ["POST", `${sessionsPath}/${unknownId}`, "GET, HEAD, DELETE"],
    ["POST", `${sessionsPath}/health`, "GET, HEAD, DELETE"],
    ["HEAD", `${sessionsPath}/${unknownId}/events`, "GET"],
    ["GET", "/api/tickets", "POST"],
  ])("%s %s is 405 with Allow: %s", async (method, path, allow) => {
    const { status, headers } = await server.ask(method, path);
    expect([status, headers.allow]).toEqual([405, allow]);
  });

  test("HEAD answers as GET does, without the body; a slash at the end makes no difference", async () => {
    const get = await server.ask("GET", `${sessionsPath}/health`);
    const head = await server.ask("HEAD", `${sessionsPath}/health/`);
    expect([head.status, head.text, head.headers["content-type"]]).toEqual([
      200,
      "",
      get.headers["content-type"],
    ]);
  });

  test("a session may be called anything, dots and encoded slashes included", async () => {
    for (const [encoded, id] of [
      ["%2e%2e", ".."],
      ["a%2Fb", "a/b"],
      ["..", ".."],
      ["end", "end"],
      ["%25", "%"],
    ]) {
      const { json } = await server.ask("GET", `${sessionsPath}/${encoded}`);
      expect(json).toEqual({
        error: "Session not found",
        code: "SESSION_NOT_FOUND",
        details: { sessionId: id },
      });
    }
  });

  test("an address may be absolute, as proxies send it", async () => {
    expect((await server.ask("GET", `${server.url}/api/agents`)).status).toBe(200);
  });
});

describe("addresses that are malformed are 400 and name the parameter", () => {
  test.each([
    [`${sessionsPath}/%ff`, "sessionId"],
    [`${sessionsPath}/%`, "sessionId"],
    [`${sessionsPath}/a%00b`, "sessionId"],
    [`${sessionsPath}/${"x".repeat(129)}`, "sessionId"],
    [`${sessionsPath}?search=%ff`, ""],
    [`${sessionsPath}?limit=abc`, "limit"],
    [`${sessionsPath}?limit=`, "limit"],
    [`${sessionsPath}?limit=0`, "limit"],
    [`${sessionsPath}?limit=1.5`, "limit"],
    [`${sessionsPath}?limit=1001`, "limit"],
    [`${sessionsPath}?limit=1&limit=2`, "limit"],
    [`${sessionsPath}?agentId=abc`, "agentId"],
    ["/api/messaging/endings?cause=none", "cause"],
  ])("%s: %s", async (path, field) => {
    const { status, json } = await server.ask("GET", path);
    expect([status, json.code]).toEqual([400, "VALIDATION_ERROR"]);
    expect(json.details.issues[0]).toEqual({ path: field, message: expect.any(String) });
  });
});
