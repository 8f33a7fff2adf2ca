import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HealthyClient, startHealthyClient } from "../../setup/healthy-client.js";
import { openRaw, type RawPeer, request } from "../../setup/raw-peer.js";
import { startTestServer, type TestServer, until } from "../../setup/test-server.js";
import { createSession, restWire } from "../../setup/wires.js";

let server: TestServer;
let healthy: HealthyClient;
/** Cuts whoever is slow within half a second, as a busy machine does to anybody. Only for peers that are to be cut. */
let impatient: TestServer;
let healthyBeside: HealthyClient;

beforeAll(async () => {
  server = await startTestServer();
  healthy = await startHealthyClient(server.url);
  impatient = await startTestServer({}, { connectionTimeouts: { headersMs: 500, stalledReadMs: 2_000 } });
  healthyBeside = await startHealthyClient(impatient.url);
});
afterAll(async () => {
  await healthyBeside?.[Symbol.asyncDispose]();
  await impatient?.[Symbol.asyncDispose]();
  await healthy?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

/** Many at once, all let go of by the server. */
const allCut = async (
  { url }: TestServer,
  beside: HealthyClient,
  count: number,
  act: (peer: RawPeer) => void,
): Promise<readonly RawPeer[]> => {
  const peers = Array.from({ length: count }, () => openRaw(url));
  for (const peer of peers) act(peer);
  await beside.stillServed();
  await Promise.all(peers.map(({ gone }) => gone));
  await beside.stillServed();
  return peers;
};

const json = ["Content-Type: application/json"];

describe("a request that is not completed", () => {
  it("is cut: heads a byte at a time, none at all, and half of one", async () => {
    const drips = new Map<RawPeer, NodeJS.Timeout>();
    const peers = await allCut(impatient, healthyBeside, 90, (peer) => {
      const kind = drips.size % 3;
      let at = 0;
      const drip = setInterval(
        () => peer.write("GET /api/agents HTTP/1.1\r\nX-Slow: ".concat("y".repeat(500))[at++] ?? "y"),
        40,
      );
      drips.set(peer, drip);
      if (kind > 0) clearInterval(drip);
      if (kind === 2) peer.write("GET /api/agents HTTP/1.1\r\nHost: localhost\r\n");
    });
    for (const drip of drips.values()) clearInterval(drip);
    for (const [index, peer] of peers.entries())
      if (index % 3 !== 1) expect(peer.text()).toMatch(/^HTTP\/1\.1 408 /);
    expect(peers[0]?.text()).toContain('"code":"VALIDATION_ERROR"');
    expect(peers[0]?.text()).toMatch(/X-Request-Id: [0-9a-f-]{36}/);
  });

  it.each([
    ["REST", "/api/messaging/sessions"],
    ["tRPC", "/trpc/createSession"],
  ])("is cut where its body stops half-way, over %s", async (_, path) => {
    const peers = await allCut(impatient, healthyBeside, 20, (peer) =>
      peer.write(request(impatient.url, `POST ${path}`, [...json, "Content-Length: 1000"], '{"agentId"')),
    );
    for (const peer of peers) expect(peer.statuses()).toEqual([408]);
  });

  it("is cut where its body never stops", async () => {
    const drips: NodeJS.Timeout[] = [];
    await allCut(impatient, healthyBeside, 10, (peer) => {
      peer.write(
        request(impatient.url, "POST /api/messaging/sessions", [...json, "Transfer-Encoding: chunked"]),
      );
      drips.push(setInterval(() => peer.write("1\r\n \r\n"), 40));
    });
    for (const drip of drips) clearInterval(drip);
  });
});

describe("a request that is too large", () => {
  it.each([
    ["an endless header", `GET / HTTP/1.1\r\nX: ${"y".repeat(100_000)}\r\n\r\n`],
    ["a flood of headers", `GET / HTTP/1.1\r\n${"a: b\r\n".repeat(20_000)}\r\n`],
    ["an endless address", `GET /api/${"y".repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
    ["an endless query", `GET /api/agents?x=${"y".repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ])("is refused as %s", async (_, bytes) => {
    for (const peer of await allCut(server, healthy, 10, (one) => one.write(bytes))) {
      expect(peer.statuses()).toEqual([431]);
      expect(peer.text()).toContain('"code":"PAYLOAD_TOO_LARGE"');
    }
  });

  it.each(["/api/messaging/sessions", "/trpc/createSession"])(
    "is refused as an endless body to %s, whatever length it claims",
    async (path) => {
      const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
      const chunked = openRaw(server.url);
      chunked.write(
        request(server.url, `POST ${path}`, [...json, "Transfer-Encoding: chunked"]),
        chunk,
        chunk,
        chunk,
      );
      const claimed = openRaw(server.url);
      claimed.write(request(server.url, `POST ${path}`, [...json, "Content-Length: 99999999999"], "{"));
      for (const peer of [chunked, claimed]) {
        await until(() => peer.statuses().length > 0);
        expect(peer.statuses()[0]).toBe(413);
        expect(peer.text()).toContain("PAYLOAD_TOO_LARGE");
        expect(peer.text()).toContain('"details":{"maxBytes":131072}');
        await peer[Symbol.asyncDispose]();
      }
      await healthy.stillServed();
    },
  );

  it.each(["/api/messaging/sessions", "/trpc/createSession"])(
    "is not unpacked where it came packed, to %s",
    async (path) => {
      const bomb = gzipSync(Buffer.alloc(50_000_000, " "));
      for (const encoding of ["gzip", "deflate", "br"]) {
        const response = await fetch(`${server.url}${path}`, {
          method: "POST",
          headers: { "Content-Type": "application/json", "Content-Encoding": encoding },
          body: bomb,
        });
        expect(response.status).toBe(415);
        expect(await response.text()).toContain("UNSUPPORTED_MEDIA_TYPE");
      }
      await healthy.stillServed();
    },
  );
});

describe("a pipeline", () => {
  const pipeline = (count: number) => request(server.url, "GET /api/agents").repeat(count);

  it("of hundreds is answered in full and in order", async () => {
    await using peer = openRaw(server.url);
    peer.write(pipeline(500), request(server.url, "GET /api/last-one"));
    await until(() => peer.statuses().length === 501);
    expect(
      peer
        .statuses()
        .slice(0, 500)
        .every((status) => status === 200),
    ).toBe(true);
    expect(peer.statuses()[500]).toBe(404);
    await healthy.stillServed();
  });

  it("of listeners leaves nothing behind when it breaks off", async () => {
    const wire = restWire(server.url);
    const { sessionId } = await createSession(wire);
    const listeners = async () =>
      ((await wire.call("listSessions", { search: sessionId })).body.sessions as { listeners: number }[])[0]
        ?.listeners;
    const peer = openRaw(server.url);
    peer.write(request(server.url, `GET /api/messaging/sessions/${sessionId}/events`).repeat(5));
    await until(async () => (await listeners()) === 5);
    await peer[Symbol.asyncDispose]();
    await until(async () => (await listeners()) === 0);
  });

  it("of thousands is answered up to a bound, and refused beyond it", async () => {
    await using peer = openRaw(server.url);
    peer.write(pipeline(4_000));
    await healthy.stillServed();
    await until(() => peer.statuses().length === 4_000, 20_000);
    const refused = peer.statuses().filter((status) => status === 429);
    expect(peer.statuses().filter((status) => status === 200).length).toBe(4_000 - refused.length);
    if (refused.length > 0) expect(peer.text()).toContain('"code":"RATE_LIMITED"');
    await healthy.stillServed();
  });
});

describe("a peer that does not take its answers", () => {
  it("is cut after a while, and nothing of it remains in memory", async () => {
    // Of its own, so that its answers can be counted.
    await using slow = await startTestServer({}, { connectionTimeouts: { stalledReadMs: 1_500 } });
    const wire = restWire(slow.url);
    const { sessionId } = await createSession(wire);
    const content = "x".repeat(4_000);
    for (let sent = 0; sent < 100; sent += 20)
      await Promise.all(
        Array.from({ length: 20 }, () => wire.call("sendSessionMessage", { sessionId, content })),
      );
    await using peer = openRaw(slow.url);
    peer.pause();
    peer.write(request(slow.url, `GET /api/messaging/sessions/${sessionId}/messages?limit=100`).repeat(60));
    // An answer counts when it has been taken, or its connection is gone.
    await until(async () => (await countGets(slow)) >= 60);
    peer.resume();
    await peer.gone;
    expect(peer.statuses().length).toBeLessThan(60);
  });

  let asked = 0;
  const countGets = async ({ url }: TestServer): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const count = /^adjourn_http_request_duration_seconds_count\{method="GET"\} (\d+)$/m.exec(text)?.[1];
    return Number(count ?? 0) - asked++;
  };
});

describe("an answer that has begun", () => {
  it("is cut off, not written into, when its client then sends an invalid request", async () => {
    const { sessionId } = await createSession(restWire(server.url));
    await using peer = openRaw(server.url);
    peer.write(request(server.url, `GET /api/messaging/sessions/${sessionId}/events`));
    await until(() => peer.text().includes("session.started"));
    peer.write("nonsense\r\n\r\n");
    await peer.gone;
    expect(peer.statuses()).toEqual([200]);
  });
});

it("a request that is answered before its body has come gets no second answer when that is invalid", async () => {
  await using peer = openRaw(server.url);
  peer.write(request(server.url, "POST /api/nothing", [...json, "Transfer-Encoding: chunked"]));
  await until(() => peer.statuses().length > 0);
  peer.write("no chunk\r\n");
  await peer.gone;
  expect(peer.statuses()).toEqual([404]);
});

describe("an offer of another protocol", () => {
  const offer = [
    "Connection: Upgrade, HTTP2-Settings",
    "Upgrade: h2c",
    "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
  ];

  it("is ignored, and the request is answered as if it had none", async () => {
    await using peer = openRaw(server.url);
    const body = '{"agentId": 1}';
    const length = `Content-Length: ${body.length}`;
    peer.write(
      request(server.url, "GET /api/agents", offer),
      request(server.url, "POST /api/messaging/sessions", [...json, length, ...offer], body),
    );
    peer.write(request(server.url, "GET /api/agents"));
    await until(() => peer.statuses().length === 3);
    expect(peer.statuses()).toEqual([200, 400, 200]);
    expect(peer.text()).toContain('"path":"userId"');
  });

  it("does not bypass the checks of the same request without it", async () => {
    await using peer = openRaw(server.url);
    peer.write(request(server.url, "GET /api/agents", [...offer, "Origin: http://evil.example"]));
    await until(() => peer.statuses().length === 1);
    expect(peer.statuses()).toEqual([403]);
  });
});

describe("a head that is unusual", () => {
  it.each([
    ["no Host, at a path that needs none", "GET /healthz HTTP/1.1\r\n\r\n", 200],
    ["no Host", "GET /api/agents HTTP/1.1\r\n\r\n", 403],
    ["an expectation", "GET /api/agents HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\n\r\n", 200],
    ["an unknown method", "BREW /api/agents HTTP/1.1\r\nHost: localhost\r\n\r\n", 400],
    [
      "two lengths",
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
      400,
    ],
    [
      "a length and chunks",
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
  ])("as %s gets an answer with a request id", async (_, head, status) => {
    await using peer = openRaw(server.url);
    peer.write(head);
    await until(() => peer.statuses().length > 0);
    expect(peer.statuses()).toEqual([status]);
    expect(peer.text()).toMatch(/x-request-id: [0-9a-f-]{36}\r\n/i);
  });
});
