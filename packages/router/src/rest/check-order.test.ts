import { SessionError } from "@adjourn/sessions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  adminKey,
  type RestServer,
  scriptedAgentId,
  serviceKey,
  startRestServer,
  testUserId,
  unknownId,
} from "../../test/rest-server.js";

const sessionsPath = "/api/messaging/sessions";
const someone = { agentId: scriptedAgentId, userId: testUserId };

describe("what is judged first wins", () => {
  let server: RestServer;
  let admitted = true;
  let ended = "";
  beforeAll(async () => {
    server = await startRestServer({
      keys: true,
      admit: async (request) => {
        await undefined;
        if (request.headers.origin === "http://elsewhere.example")
          throw new SessionError("FORBIDDEN", "origin");
        if (!admitted) throw new SessionError("RATE_LIMITED", "too fast", { retryAfterSeconds: 9 });
      },
    });
    ended = (await server.world.create()).sessionId;
    await server.world.sessions.endSession({ sessionId: ended }, { endedBy: "admin", actor: null });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const foreign = { Origin: "http://elsewhere.example" };
  const send = `${sessionsPath}/${unknownId}/messages`;

  test.each([
    ["route", "POST", "/nowhere", { headers: foreign, key: "wrong", body: "{" }, 404],
    ["method", "PUT", send, { headers: foreign, key: "wrong", body: "{" }, 405],
    ["origin", "POST", send, { headers: foreign, key: "wrong", body: "{" }, 403],
    ["key", "POST", send, { key: "wrong", body: "{" }, 401],
    ["key, missing", "POST", send, { body: "x".repeat(200_000) }, 401],
    ["role", "DELETE", "/api/messaging/channels/%ff", { key: serviceKey, body: "x".repeat(200_000) }, 403],
    [
      "size",
      "POST",
      send,
      { key: adminKey, body: "x".repeat(200_000), headers: { "Content-Type": "text/plain" } },
      413,
    ],
    ["type", "POST", send, { key: adminKey, body: "{", headers: { "Content-Type": "text/plain" } }, 415],
    ["JSON", "POST", send, { key: adminKey, body: "{" }, 400],
    ["input", "POST", send, { key: adminKey, body: { content: "" } }, 400],
    ["session", "POST", send, { key: adminKey, body: { content: "hi" } }, 404],
  ])("%s", async (_, method, path, options, status) => {
    expect((await server.ask(method, path, options)).status).toBe(status);
  });

  test("rate, with Retry-After, before the key", async () => {
    admitted = false;
    const answer = await server.ask("POST", send, { key: "wrong" });
    admitted = true;
    expect([answer.status, answer.headers["retry-after"]]).toEqual([429, "9"]);
  });

  test("a wrong or missing key gets WWW-Authenticate", async () => {
    const { status, headers, json } = await server.ask("GET", sessionsPath);
    expect([status, json.code, headers["www-authenticate"]]).toEqual([
      401,
      "UNAUTHORIZED",
      'Bearer realm="adjourn"',
    ]);
  });

  test("a service key needs a user, in the query or, once it is read, in the body", async () => {
    const status = async (method: string, path: string, body?: unknown) =>
      (await server.ask(method, path, { key: serviceKey, body })).status;
    expect(await status("GET", sessionsPath)).toBe(403);
    expect(await status("GET", `${sessionsPath}?userId=${testUserId}`)).toBe(200);
    expect(await status("POST", `${sessionsPath}/end`, "{")).toBe(400);
    expect(await status("POST", `${sessionsPath}/end`, { agentId: scriptedAgentId })).toBe(403);
    expect(await status("POST", `${sessionsPath}/end`, { userId: testUserId, dryRun: true })).toBe(200);
  });

  test("a session's token is good for its own session, and as good as nobody's once that is over", async () => {
    const created = (await server.ask("POST", sessionsPath, { key: serviceKey, body: someone })).json;
    const token = created.token as string;
    const other = (await server.world.create()).sessionId;
    const status = async (id: string, method = "GET") =>
      (await server.ask(method, `${sessionsPath}/${id}`, { headers: { "X-API-KEY": token } })).status;
    expect(await status(created.sessionId)).toBe(200);
    expect(await status(other)).toBe(403);
    expect(await status(ended)).toBe(403);
    expect(await status(created.sessionId, "DELETE")).toBe(200);
    expect(await status(created.sessionId)).toBe(404);
    expect(await status(other)).toBe(403);
  });

  test("a ticket may come in the address, a key may not", async () => {
    const { ticket } = (await server.ask("POST", "/api/tickets", { key: adminKey })).json;
    expect((await server.ask("GET", `${sessionsPath}?ticket=${ticket}`)).status).toBe(200);
    expect((await server.ask("GET", `${sessionsPath}?ticket=${adminKey}`)).status).toBe(401);
  });
});
