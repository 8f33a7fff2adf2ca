import { describe, expect, it } from "vitest";
import { adminKey, startTestServer } from "../../setup/test-server.js";
import { endpoints, send, upgrade } from "../http/http-endpoints.js";

describe("without keys", () => {
  it.each(["evil.example", "evil.example:3000", "127.0.0.1.evil.example", "[2001:db8::1]:3000", "10.0.0.1"])(
    "the Host %j is refused at every endpoint",
    async (host) => {
      await using server = await startTestServer();
      for (const { path, headers } of await endpoints(server)) {
        const { status, body } = await send(server, path, { ...headers, Host: host });
        expect([path, status]).toEqual([path, 403]);
        expect(body).toContain('"FORBIDDEN"');
      }
    },
  );

  it.each(["localhost", "127.0.0.1", "127.0.0.1:9", "[::1]", "[::1]:80", "LOCALHOST:3000"])(
    "the Host %j is served",
    async (host) => {
      await using server = await startTestServer();
      expect((await send(server, "/api/agents", { Host: host })).status).toBe(200);
    },
  );

  it("the hosts and origins of DASHBOARD_URL are served, and no others", async () => {
    await using server = await startTestServer({
      DASHBOARD_URL: "https://adjourn.example.com,http://b.example:8080",
      TRUST_PROXY: "1",
    });
    const status = async (headers: Record<string, string>) =>
      (await send(server, "/api/agents", headers)).status;
    for (const host of ["adjourn.example.com", "ADJOURN.example.com:443", "b.example:8080"])
      expect([host, await status({ Host: host })]).toEqual([host, 200]);
    expect(await status({ Host: "adjourn.example.com.evil.example" })).toBe(403);
    expect(await status({ Host: "localhost", Origin: "https://adjourn.example.com" })).toBe(200);
    expect(await status({ Host: "localhost", Origin: "https://b.example:8080" })).toBe(403);
    // A page whose name was made to lead here can add headers to its own requests.
    expect(await status({ Host: "evil.example", "X-Forwarded-Host": "localhost" })).toBe(403);
    expect(await status({ Host: "localhost", "X-Forwarded-Host": "evil.example" })).toBe(403);
  });

  it("health asks for no Host and no Origin", async () => {
    await using server = await startTestServer();
    for (const path of ["/healthz", "/readyz"]) {
      const { status } = await send(server, path, { Host: "evil.example", Origin: "http://evil.example" });
      expect(status).toBe(200);
    }
  });
});

describe.each([
  { keys: "without keys", env: {}, key: undefined },
  { keys: "with keys", env: { ADJOURN_ADMIN_KEY: adminKey }, key: adminKey },
])("$keys", ({ env, key }) => {
  const auth: Record<string, string> = key === undefined ? {} : { "X-API-KEY": key };

  it.each(["http://evil.example", "https://localhost.evil.example", "null", "http://localhost:1", "file://"])(
    "the Origin %j is refused at every endpoint",
    async (origin) => {
      await using server = await startTestServer(env);
      for (const { path, headers } of await endpoints(server, key)) {
        const reply = await send(server, path, { ...headers, ...auth, Origin: origin });
        expect([path, reply.status]).toEqual([path, 403]);
        expect(reply.body).toContain('"FORBIDDEN"');
        expect(reply.headers["access-control-allow-origin"]).toBeUndefined();
      }
    },
  );

  it("an Origin that only parses to an allowed one is refused", async () => {
    await using server = await startTestServer({ ...env, ALLOWED_ORIGINS: "https://app.example" });
    const { port } = new URL(server.url);
    const origins = [
      `http://localhost:${port}/`,
      `http://localhost:${port}/path?query#fragment`,
      `http://somebody@localhost:${port}`,
      `HTTP://LOCALHOST:${port}`,
      `http://127.1:${port}`,
      `http://localhost:0${port}`,
      "http://localhost:3001/",
      "https://app.example/",
      "https://app.example:443",
      "https://APP.example",
    ];
    for (const origin of origins) {
      const { status, headers } = await send(server, "/api/agents", { ...auth, Origin: origin });
      expect([origin, status]).toEqual([origin, 403]);
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  it("the API itself, the dashboard and the ALLOWED_ORIGINS are accepted at every endpoint", async () => {
    await using server = await startTestServer({
      ...env,
      DASHBOARD_PORT: "4711",
      ALLOWED_ORIGINS: "https://app.example",
    });
    const { port } = new URL(server.url);
    const origins = [
      server.url,
      `http://localhost:${port}`,
      "http://127.0.0.1:4711",
      "http://localhost:4711",
      "http://[::1]:4711",
      "https://app.example",
    ];
    for (const { path, headers, refusedOnly } of await endpoints(server, key)) {
      if (refusedOnly) continue;
      for (const origin of origins) {
        const { status } = await send(server, path, { ...headers, ...auth, Origin: origin });
        expect([path, origin, status]).toEqual([path, origin, headers === upgrade ? 101 : 200]);
      }
    }
  });

  it("a preflight of an allowed origin is answered, and its page may read ids and refusals", async () => {
    await using server = await startTestServer({ ...env, ALLOWED_ORIGINS: "https://app.example" });
    const preflight = await send(
      server,
      "/api/messaging/sessions/x",
      { Origin: "https://app.example", "Access-Control-Request-Method": "DELETE" },
      "OPTIONS",
    );
    expect(preflight.status).toBe(204);
    expect(preflight.headers["access-control-allow-methods"]).toContain("DELETE");
    expect(preflight.headers["access-control-allow-headers"]).toContain("Idempotency-Key");
    expect(preflight.headers["access-control-max-age"]).toBe("600");
    const refused = await send(
      server,
      "/api/messaging/sessions/x",
      { ...auth, Origin: "https://app.example" },
      "DELETE",
    );
    expect(refused.status).toBe(404);
    expect(refused.headers["access-control-allow-origin"]).toBe("https://app.example");
    expect(refused.headers["access-control-expose-headers"]).toBe("X-Request-Id, Retry-After");
    const foreign = await send(
      server,
      "/api/agents",
      { Origin: "https://evil.example", "Access-Control-Request-Method": "GET" },
      "OPTIONS",
    );
    expect(foreign.status).toBe(403);
  });
});

describe("a preflight that asks for headers", () => {
  const preflight = async (asked: string, origin = "https://app.example") => {
    await using server = await startTestServer({ ALLOWED_ORIGINS: "https://app.example" });
    const headers = {
      Origin: origin,
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": asked,
    };
    return await send(server, "/trpc/endSession", headers, "OPTIONS");
  };

  it("is allowed those that a page's libraries add", async () => {
    const asked = "authorization,baggage,content-type,sentry-trace,traceparent,tracestate,x-trpc-source";
    const { status, headers } = await preflight(asked);
    expect(status).toBe(204);
    expect(headers["access-control-allow-headers"]).toBe(asked);
    expect(headers.vary).toBe("Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
  });

  it.each(["x".repeat(1_025), "x-a, x-\u00e4", "a b", ","])("does not echo %j", async (asked) => {
    const { status, headers } = await preflight(asked);
    expect(status).toBe(204);
    expect(headers["access-control-allow-headers"]).toContain("Idempotency-Key");
  });

  it("is refused where its origin is, whatever it asks for", async () => {
    const { status, headers } = await preflight("traceparent", "https://evil.example");
    expect(status).toBe(403);
    expect(headers["access-control-allow-headers"]).toBeUndefined();
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  });
});

it("every answer varies with its origin, tRPC's too", async () => {
  await using server = await startTestServer();
  for (const path of ["/api/agents", "/trpc/listAgents", "/trpc/none", "/openapi.json", "/none"]) {
    const { headers } = await send(server, path, {});
    expect([path, headers.vary]).toEqual([path, expect.stringContaining("Origin")]);
  }
});

describe("with keys", () => {
  it("any Host is served", async () => {
    await using server = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey });
    const headers = { Host: "chat.example", "X-API-KEY": adminKey };
    expect((await send(server, "/api/agents", headers)).status).toBe(200);
    expect((await send(server, "/api/agents", { ...headers, Origin: "http://chat.example" })).status).toBe(
      200,
    );
    expect((await send(server, "/api/agents", { ...headers, Origin: "https://chat.example" })).status).toBe(
      403,
    );
  });

  it("behind a trusted proxy, the host is the one that the browser requested", async () => {
    const headers = {
      Host: "127.0.0.1:3000",
      "X-API-KEY": adminKey,
      "X-Forwarded-Host": "chat.example",
      "X-Forwarded-Proto": "https",
      Origin: "https://chat.example",
    };
    await using believing = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey, TRUST_PROXY: "127.0.0.1" });
    expect((await send(believing, "/api/agents", headers)).status).toBe(200);
    await using other = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey, TRUST_PROXY: "192.0.2.1" });
    expect((await send(other, "/api/agents", headers)).status).toBe(403);
  });

  it("behind a trusted proxy, the scheme is the browser's", async () => {
    await using server = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey, TRUST_PROXY: "127.0.0.1" });
    const headers = {
      Host: "chat.example",
      "X-API-KEY": adminKey,
      "X-Forwarded-Proto": "https",
      Origin: "https://chat.example",
    };
    expect((await send(server, "/api/agents", headers)).status).toBe(200);
  });
});
