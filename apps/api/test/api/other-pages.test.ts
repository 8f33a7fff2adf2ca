import { describe, expect, it } from "vitest";
import { adminKey, startTestServer } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";

describe("paths besides the operations", () => {
  it("/healthz and /readyz report the state of the server", async () => {
    await using server = await startTestServer();
    const health = await fetch(`${server.url}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: "ok" }]);
    const ready = await fetch(`${server.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: "ready", store: "ok", bus: "ok" }]);
  });

  it("the health paths of ElizaOS are there in its dialect alone, and ask for no key", async () => {
    await using elizaos = await startTestServer({ REST_DIALECT: "elizaos", ADJOURN_ADMIN_KEY: adminKey });
    await using documented = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey });
    for (const path of ["/health", "/api/server/health"]) {
      const health = await fetch(`${elizaos.url}${path}`);
      expect([health.status, await health.json()]).toEqual([
        200,
        { status: "OK", timestamp: expect.any(String) },
      ]);
      expect((await fetch(`${documented.url}${path}`)).status).toBe(404);
    }
  });

  it("/openapi.json is the OpenAPI 3.1 document, /docs its page without a script", async () => {
    await using server = await startTestServer();
    const document = await (await fetch(`${server.url}/openapi.json`)).json();
    expect(document).toMatchObject({ openapi: "3.1.0" });
    const page = await fetch(`${server.url}/docs`);
    expect(page.headers.get("Content-Type")).toContain("text/html");
    expect(page.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    const text = await page.text();
    expect(text).toContain("endSession");
    expect(text).not.toContain("<script");
  });

  it("/metrics is Prometheus text that counts requests and listeners", async () => {
    await using server = await startTestServer();
    await createSession(restWire(server.url));
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toContain('adjourn_http_requests_total{method="POST",status="201"} 1');
    expect(text).toContain("adjourn_listeners 0");
  });

  it("/metrics requires a key where keys are configured", async () => {
    await using server = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey });
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
    const headers = { Authorization: `Bearer ${adminKey}` };
    expect((await fetch(`${server.url}/metrics`, { headers })).status).toBe(200);
  });

  it.each(["/metrics/", "/docs/", "/openapi.json/", "/healthz/", "/readyz/"])(
    "%s is the same with a slash at its end",
    async (path) => {
      await using server = await startTestServer();
      expect((await fetch(`${server.url}${path}`)).status).toBe(200);
      expect((await fetch(`${server.url}${path}/`)).status).toBe(404);
    },
  );

  it.each(["/metrics", "/docs", "/openapi.json", "/healthz", "/readyz"])("%s is only read", async (path) => {
    await using server = await startTestServer();
    const response = await fetch(`${server.url}${path}`, { method: "POST" });
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe("GET, HEAD");
    expect(await response.json()).toMatchObject({
      code: "METHOD_NOT_ALLOWED",
      details: { allow: ["GET", "HEAD"] },
    });
  });

  it.each(["/api/agents", "/healthz", "/nowhere", "/trpc/listAgents", "/docs"])(
    "%s is answered with a request id and headers that keep browsers careful",
    async (path) => {
      await using server = await startTestServer();
      const { headers } = await fetch(`${server.url}${path}`);
      expect(headers.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(headers.get("Cache-Control")).toBe("no-store");
      expect(headers.get("Content-Security-Policy")).toContain("frame-ancestors 'none'");
    },
  );
});
