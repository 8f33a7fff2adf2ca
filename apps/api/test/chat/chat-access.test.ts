import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../setup/api-call.js";
import { adminKey, serviceKey, startTestServer, type TestServer } from "../setup/test-server.js";
import { createSession, restWire, type Wire } from "../setup/wires.js";

let server: TestServer;
let admin: Wire;
beforeAll(async () => {
  server = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey, ADJOURN_SERVICE_KEY: serviceKey });
  admin = restWire(server.url, { key: adminKey });
});
afterAll(() => server[Symbol.asyncDispose]());

const messages = [{ role: "user", parts: [{ type: "text", text: "hello" }] }];

/** With the status for a caller who may, where no reply is under way, and after the session's end. */
const endpoints = [
  { method: "POST", path: () => "/api/chat", body: (id: string) => ({ id, messages }), may: 200, over: 404 },
  { method: "GET", path: (id: string) => `/api/chat/${id}/stream`, may: 204, over: 204 },
  { method: "GET", path: (id: string) => `/api/chat/${id}/messages`, may: 200, over: 404 },
  { method: "POST", path: (id: string) => `/api/chat/${id}/stop`, may: 204, over: 204 },
];

describe.each(
  endpoints.map((endpoint) => ({ ...endpoint, name: `${endpoint.method} ${endpoint.path("{id}")}` })),
)("$name", ({ method, path, body, may, over }) => {
  const call = async (id: string, key?: string, headers = {}) => {
    const asked = { headers, ...(key === undefined ? {} : { key }), ...(body ? { body: body(id) } : {}) };
    return (await ask(server.url, method, path(id), asked)).status;
  };

  it("is open to keys and to the session's own token", async () => {
    const own = await createSession(admin);
    const other = await createSession(admin);
    for (const key of [adminKey, serviceKey, own.token]) expect(await call(own.sessionId, key)).toBe(may);
    expect(await call(own.sessionId, other.token)).toBe(403);
    expect(await call(own.sessionId, "no-such-key-anywhere")).toBe(401);
    expect(await call(own.sessionId)).toBe(401);
  });

  it("is closed to a foreign page", async () => {
    const { sessionId } = await createSession(admin);
    expect(await call(sessionId, adminKey, { Origin: "https://evil.example" })).toBe(403);
  });

  it("answers as for any ended session, also to its own token", async () => {
    const { sessionId, token } = await createSession(admin);
    await admin.call("endSession", { sessionId });
    for (const key of [adminKey, token]) expect(await call(sessionId, key)).toBe(over);
  });
});
