import { once } from "node:events";
import { connect, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { openRaw, request } from "../setup/raw-peer.js";
import { adminKey, startTestServer, until } from "../setup/test-server.js";

const settings = { HOST: "::", ADJOURN_ADMIN_KEY: adminKey };
const callers = ["127.0.0.2", "127.0.0.3", "::1"];

/** Linux serves all of 127.0.0.0/8, macOS only if configured; a container may lack IPv6. */
const canListenOn = async (host: string): Promise<boolean> => {
  const server = createServer();
  try {
    server.listen(0, host);
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
};

const isMissing = !((await canListenOn("::1")) && (await canListenOn("127.0.0.2")));
if (isMissing && process.env.CI) throw new Error("For a dual-stack socket there must be ::1 and 127.0.0.2");
if (isMissing) console.warn("SKIPPED: a dual-stack socket, for want of ::1 or 127.0.0.2");

/** A connection from an address of our choice. */
const openFrom = (localAddress: string, url: string) => {
  const host = localAddress.includes(":") ? "::1" : "127.0.0.1";
  return openRaw(url, connect({ host, port: Number(new URL(url).port), localAddress }));
};

describe.skipIf(isMissing)("on a dual-stack socket", () => {
  it("a caller that uses up the connections of its address locks out no other address", async () => {
    await using server = await startTestServer(settings, { connectionsPerAddress: 2 });
    const greedy = Array.from({ length: 3 }, () => openFrom("127.0.0.1", server.url));
    await until(() => greedy.some((peer) => peer.statuses().includes(429)));
    for (const caller of callers) {
      await using calm = openFrom(caller, server.url);
      calm.write(request(server.url, "GET /openapi.json"));
      await until(() => calm.statuses().length > 0);
      expect(calm.statuses()).toEqual([200]);
    }
    for (const peer of greedy) await peer[Symbol.asyncDispose]();
  });

  it("a caller that uses up the requests of its address locks out no other address", async () => {
    await using server = await startTestServer({ ...settings, RATE_LIMIT_PER_MINUTE: "2" });
    const ask = async (caller: string) => {
      await using peer = openFrom(caller, server.url);
      peer.write(request(server.url, "GET /openapi.json"));
      await until(() => peer.statuses().length > 0);
      return peer.statuses()[0];
    };
    expect([await ask("127.0.0.1"), await ask("127.0.0.1"), await ask("127.0.0.1")]).toEqual([200, 200, 429]);
    for (const caller of callers) expect(await ask(caller)).toBe(200);
  });

  it("a proxy that is named by its IPv4 address is trusted", async () => {
    await using server = await startTestServer({
      ...settings,
      RATE_LIMIT_PER_MINUTE: "1",
      TRUST_PROXY: "127.0.0.1",
    });
    const ask = async (forwarded: string) => {
      await using peer = openFrom("127.0.0.1", server.url);
      peer.write(request(server.url, "GET /openapi.json", [`X-Forwarded-For: ${forwarded}`]));
      await until(() => peer.statuses().length > 0);
      return peer.statuses()[0];
    };
    expect([await ask("203.0.113.1"), await ask("203.0.113.1")]).toEqual([200, 429]);
    expect([await ask("203.0.113.2"), await ask("::ffff:203.0.113.2")]).toEqual([200, 429]);
  });
});
