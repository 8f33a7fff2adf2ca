import { describe, expect, it } from "vitest";
import { adminKey, startTestServer } from "../../setup/test-server.js";
import { createSession, restWire } from "../../setup/wires.js";

const keys = { ADJOURN_ADMIN_KEY: adminKey };
const json = { "Content-Type": "application/json" };
const foreign = { Origin: "http://evil.example" };
const params = (value: string) => `connectionParams=${encodeURIComponent(value)}`;

/** Requests that tRPC answers without asking who sends them. */
const unasked: Readonly<Record<string, { readonly path: string; readonly init?: RequestInit }>> = {
  "connectionParams that are no JSON": { path: `/trpc/listAgents?${params("{")}` },
  "connectionParams that are no object": { path: `/trpc/listAgents?${params("[1]")}` },
  "connectionParams that are no strings": { path: `/trpc/listAgents?${params('{"token":1}')}` },
  "a mixed batch": {
    path: "/trpc/listAgents,createSession?batch=1",
    init: { method: "POST", body: "{}", headers: json },
  },
  "a stream of lines of a single call": {
    path: "/trpc/listAgents",
    init: { headers: { "trpc-accept": "application/jsonl" } },
  },
};

describe.each(Object.entries(unasked))("%s", (_name, { path, init }) => {
  const ask = (url: string, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, {
      ...init,
      headers: { ...(init?.headers as Record<string, string>), ...headers },
    });

  it("is counted against its sender", async () => {
    await using server = await startTestServer({ ...keys, RATE_LIMIT_PER_MINUTE: "3" });
    for (let asked = 0; asked < 4; asked += 1) await ask(server.url);
    expect((await fetch(`${server.url}/api/agents`)).status).toBe(429);
    const refused = await ask(server.url);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
  });

  it("is refused to a page elsewhere", async () => {
    await using server = await startTestServer();
    const refused = await ask(server.url, foreign);
    expect(refused.status).toBe(403);
    expect(refused.headers.get("Access-Control-Allow-Origin")).toBeNull();
    expect((await refused.json()).error.data.session.code).toBe("FORBIDDEN");
  });

  it("gets its error only after the check of its key", async () => {
    await using server = await startTestServer(keys);
    const refused = await ask(server.url, { Origin: "http://127.0.0.1:3001" });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("Access-Control-Allow-Origin")).toBe("http://127.0.0.1:3001");
    const { status } = await ask(server.url, { "X-API-KEY": adminKey });
    expect(status).toBe(400);
  });
});

describe("route and method are checked before origin, rate and key", () => {
  it.each([
    ["/trpc/nowhere", "GET", 404, null],
    ["/trpc/nowhere", "HEAD", 404, null],
    ["/trpc/createSession", "GET", 405, "POST"],
    ["/trpc/createSession", "HEAD", 405, "POST"],
    ["/trpc/listAgents", "PUT", 405, "GET"],
    ["/trpc/listEndings", "HEAD", 405, "GET"],
    ["/trpc/%ff", "GET", 400, null],
  ])("%s by %s is counted and answered with %i", async (path, method, status, allow) => {
    await using server = await startTestServer({ ...keys, RATE_LIMIT_PER_MINUTE: "2" });
    for (let asked = 0; asked < 3; asked += 1) {
      const refused = await fetch(`${server.url}${path}`, { method, headers: foreign });
      expect(refused.status).toBe(status);
      expect(refused.headers.get("Allow")).toBe(allow);
    }
    expect((await fetch(`${server.url}/api/agents`)).status).toBe(429);
  });
});

describe("a method that a procedure does not have", () => {
  it.each([
    ["HEAD", "/trpc/listEndings", "GET"],
    ["PUT", "/trpc/listAgents", "GET"],
    ["OPTIONS", "/trpc/listAgents", "GET"],
    ["GET", "/trpc/endSession", "POST"],
    ["HEAD", "/trpc/endSession", "POST"],
    ["POST", "/trpc/sessionEvents", "GET"],
    ["PUT", "/trpc/listAgents,endSession?batch=1", "GET, POST"],
  ])("%s %s is 405 with Allow: %s for every role", async (method, path, allow) => {
    await using server = await startTestServer({ ...keys, RATE_LIMIT_PER_MINUTE: "1000" });
    const { token } = await createSession(restWire(server.url, { key: adminKey }));
    for (const key of [null, "a-wrong-key-of-somebody", token, adminKey]) {
      const headers: Record<string, string> = key === null ? {} : { "X-API-KEY": key };
      const refused = await fetch(`${server.url}${path}`, { method, headers });
      expect([key, refused.status, refused.headers.get("Allow")]).toEqual([key, 405, allow]);
      if (method !== "HEAD")
        expect((await refused.json()).error.data.session).toEqual({
          code: "METHOD_NOT_ALLOWED",
          details: { allow: allow.split(", ") },
        });
    }
  });
});
