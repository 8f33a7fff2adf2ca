import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HealthyClient, startHealthyClient } from "../../setup/healthy-client.js";
import { closeCodeOf, frame, openRaw, type RawPeer, upgradeRequest } from "../../setup/raw-peer.js";
import { eventsPath } from "../../setup/subscribing.js";
import { adminKey, serviceKey, startTestServer, type TestServer, until } from "../../setup/test-server.js";
import { createSession, restWire } from "../../setup/wires.js";

const keys = { ADJOURN_ADMIN_KEY: adminKey, ADJOURN_SERVICE_KEY: serviceKey };
const wire = () => restWire(server.url, { key: serviceKey });

let server: TestServer;
let healthy: HealthyClient;
let sessionId: string;
let token: string;

beforeAll(async () => {
  server = await startTestServer(keys, {
    connectionTimeouts: { pingAfterMs: 500, silenceMs: 4_000, connectionParamsMs: 1_000 },
  });
  ({ sessionId, token } = await createSession(wire()));
  healthy = await startHealthyClient(server.url, { "X-API-KEY": serviceKey });
});
afterAll(async () => {
  await healthy?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

/** A socket of that session's token, by hand. */
const openSocket = async (path: string, headers: readonly string[] = []): Promise<RawPeer> => {
  const peer = openRaw(server.url);
  peer.write(upgradeRequest(server.url, path, [`Authorization: Bearer ${token}`, ...headers]));
  await until(() => peer.statuses().length > 0);
  expect(peer.statuses()).toEqual([101]);
  return peer;
};

const endpoints = [
  { endpoint: "plain", path: () => eventsPath(sessionId) },
  { endpoint: "tRPC", path: () => "/trpc" },
];

const invalidUtf8 = Buffer.from([0xc3, 0x28]);
const megabyte = Buffer.alloc(65_536);

describe.each(endpoints)("on a $endpoint socket", ({ path }) => {
  it.each([
    ["that is not masked", 1002, frame({ masked: false, payload: Buffer.from("{}") })],
    ["with a reserved bit", 1002, frame({ reserved: 0x20 })],
    ["that says it is compressed", 1002, frame({ reserved: 0x40, payload: Buffer.from([0x62, 0x60, 0x04]) })],
    ["of an unknown kind", 1002, frame({ opcode: 3 })],
    ["that goes on with nothing", 1002, frame({ opcode: 0, payload: Buffer.from("x") })],
    ["of control that is too long", 1002, frame({ opcode: 9, payload: Buffer.alloc(126) })],
    ["of control in pieces", 1002, frame({ opcode: 9, fin: false })],
    ["that is not UTF-8", 1007, frame({ payload: invalidUtf8 })],
    ["that closes with a code of nobody's", 1002, frame({ opcode: 8, payload: Buffer.from([0x03, 0xed]) })],
    ["that claims too much", 1009, frame({ claims: 131_073 })],
    ["that claims more than there is", 1009, frame({ claims: 2 ** 40 })],
    [
      "in pieces that are too much together",
      1009,
      Buffer.concat([
        frame({ fin: false, payload: megabyte }),
        frame({ opcode: 0, fin: false, payload: megabyte }),
        frame({ opcode: 0, payload: Buffer.from("x") }),
      ]),
    ],
    [
      "in pieces without end",
      1008,
      Buffer.concat([frame({ fin: false }), ...Array(1_100).fill(frame({ opcode: 0, fin: false }))]),
    ],
  ])("a frame %s is answered with %i and cut", async (_, code, bytes) => {
    await using peer = await openSocket(path());
    peer.write(bytes);
    await peer.gone;
    expect(closeCodeOf(peer)).toBe(code);
    await healthy.stillServed();
  });

  it.each([
    ["pings", frame({ opcode: 9, payload: Buffer.alloc(125) }), 300],
    ["pongs", frame({ opcode: 10 }), 300],
    ["messages", frame({ payload: Buffer.from("PING") }), 700],
  ])("a flood of %s is cut", async (_, bytes, burst) => {
    const peers = await Promise.all(Array.from({ length: 5 }, () => openSocket(path())));
    for (const peer of peers) peer.write(Buffer.concat(Array(burst * 10).fill(bytes)));
    await healthy.stillServed();
    await Promise.all(peers.map(({ gone }) => gone));
    // A socket that does not take its pongs is cut without a word.
    for (const peer of peers) expect([1008, null]).toContain(closeCodeOf(peer));
    await healthy.stillServed();
  });

  it("a reasonable burst is read", async () => {
    await using peer = await openSocket(path());
    peer.write(
      ...Array(150).fill(frame({ opcode: 9 })),
      ...Array(400).fill(frame({ payload: Buffer.from("PING") })),
      frame({ opcode: 9, payload: Buffer.from("last") }),
    );
    await until(() =>
      peer.frames().some(({ opcode, payload }) => opcode === 10 && String(payload) === "last"),
    );
    expect(closeCodeOf(peer)).toBeNull();
  });

  it("a burst in one packet that is too large is closed with a code", async () => {
    await using peer = await openSocket(path());
    peer.write(Buffer.concat(Array(201).fill(frame({ opcode: 9 }))));
    await peer.gone;
    expect(closeCodeOf(peer)).toBe(1008);
  });

  it("half a frame is waited for no longer than silence", async () => {
    await using peer = await openSocket(path());
    peer.write(frame({ claims: 1_000, payload: Buffer.from("half") }));
    await peer.gone;
    await healthy.stillServed();
  });

  it("an offer of compression is not accepted", async () => {
    await using peer = await openSocket(path(), [
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
    ]);
    expect(peer.text().split("\r\n\r\n")[0]?.toLowerCase()).not.toContain("sec-websocket-extensions");
  });
});

describe("a tRPC socket that asks and does not take the answers", () => {
  it("is not read any further until it has, and then continues where it was", async () => {
    const own = await createSession(wire());
    const content = "x".repeat(4_000);
    for (let sent = 0; sent < 100; sent += 20)
      await Promise.all(
        Array.from({ length: 20 }, () =>
          wire().call("sendSessionMessage", { sessionId: own.sessionId, content }),
        ),
      );
    const peer = openRaw(server.url);
    peer.write(upgradeRequest(server.url, "/trpc", [`Authorization: Bearer ${own.token}`]));
    await until(() => peer.statuses().length > 0);
    peer.pause();
    const call = (method: string, path: string, input: Record<string, unknown>) =>
      frame({
        payload: Buffer.from(
          JSON.stringify({ id: 1, method, params: { path, input: { sessionId: own.sessionId, ...input } } }),
        ),
      });
    const isStored = async (words: string) => {
      const { messages } = (await wire().call("getSessionMessages", { sessionId: own.sessionId, limit: 2 }))
        .body;
      return (messages as { content: string }[]).some(({ content }) => content === words);
    };
    /** Whether they are read before others have been served a hundred times. */
    const isStoredInTime = async (said: string) => {
      for (let served = 0; served < 100 && !(await isStored(said)); served += 3) await healthy.stillServed();
      return isStored(said);
    };
    let asked = 0;
    let words = "";
    // Until its frames are not read although others are served: the kernel buffers some megabytes first.
    for (let received = true; received; asked += 1) {
      expect(asked).toBeLessThan(20);
      words = `still there ${asked}`;
      peer.write(...Array(5).fill(call("query", "getSessionMessages", { limit: 100 })));
      await healthy.stillServed();
      peer.write(call("mutation", "sendSessionMessage", { content: words }));
      received = await isStoredInTime(words);
    }
    peer.resume();
    await until(() => isStored(words));
    await peer[Symbol.asyncDispose]();
  });
});

describe("a tRPC socket without a key", () => {
  const open = async (): Promise<RawPeer> => {
    const peer = openRaw(server.url);
    peer.write(upgradeRequest(server.url, "/trpc?connectionParams=1"));
    await until(() => peer.statuses().length > 0);
    return peer;
  };

  it("is closed when it stays without one, whatever else it says", async () => {
    const silent = await open();
    const chatty = await open();
    const half = await open();
    half.write(frame({ claims: 40, payload: Buffer.from('{"method":"conn') }));
    chatty.write(frame({ payload: Buffer.from("PING") }), frame({ opcode: 9 }));
    await Promise.all([silent.gone, chatty.gone, half.gone]);
    for (const peer of [silent, chatty, half]) expect(closeCodeOf(peer)).toBe(1008);
  });

  it("has no call answered before its key", async () => {
    const peer = await open();
    const call = { id: 1, method: "mutation", params: { path: "endSession", input: { sessionId } } };
    peer.write(frame({ payload: Buffer.from(JSON.stringify(call)) }));
    await peer.gone;
    expect(closeCodeOf(peer)).toBe(1008);
    expect((await wire().call("getSession", { sessionId })).status).toBe(200);
    expect(peer.text()).not.toContain('"result"');
  });
});

describe("an invalid upgrade", () => {
  it.each([
    ["another version", (head: string) => head.replace("Version: 13", "Version: 7"), [400, 426]],
    ["no handshake key", (head: string) => head.replace(/Sec-WebSocket-Key: .*\r\n/, ""), [400]],
    ["a POST", (head: string) => head.replace("GET", "POST"), [405]],
    ["nowhere to go", (head: string) => head.replace("/trpc", "/nowhere"), [404]],
  ])("for %s is refused by status, with a request id", async (_, bend, statuses) => {
    await using peer = openRaw(server.url);
    peer.write(bend(upgradeRequest(server.url, "/trpc", [`X-API-KEY: ${token}`])));
    await peer.gone;
    expect(statuses).toContain(peer.statuses()[0]);
    expect(peer.text()).toMatch(/"code":"[A-Z_]+"/);
    if (statuses[0] === 405) expect(peer.text()).toContain("Allow: GET\r\n");
    expect(peer.text()).toMatch(/X-Request-Id: [0-9a-f-]{36}/);
  });
});

describe("the connections of an address", () => {
  const limited = (env: NodeJS.ProcessEnv = {}) =>
    startTestServer({ ...keys, RATE_LIMIT_PER_MINUTE: "100000", ...env }, { connectionsPerAddress: 5 });
  const ask = (url: string, ...headers: string[]) =>
    ["GET /api/agents HTTP/1.1", `Host: ${new URL(url).host}`, ...headers, "\r\n"].join("\r\n");

  it("are limited where requests are, and one that closes frees a slot", async () => {
    await using bounded = await limited();
    const peers = Array.from({ length: 5 }, () => openRaw(bounded.url));
    for (const peer of peers) peer.write(ask(bounded.url));
    await until(() => peers.every((peer) => peer.statuses()[0] === 401));
    const refused = openRaw(bounded.url);
    refused.write(ask(bounded.url, `X-API-KEY: ${adminKey}`));
    await refused.gone;
    expect(refused.statuses()).toEqual([429]);
    expect(refused.text()).toContain('"code":"RATE_LIMITED"');
    expect(refused.text()).toMatch(/Retry-After: \d+/);
    await peers[0]?.[Symbol.asyncDispose]();
    await until(async () => {
      await using next = openRaw(bounded.url);
      next.write(ask(bounded.url));
      await until(() => next.statuses().length > 0);
      return next.statuses()[0] === 401;
    });
    for (const peer of peers) await peer[Symbol.asyncDispose]();
  });

  it("don't count once a key has come on them", async () => {
    await using bounded = await limited();
    const peers: RawPeer[] = [];
    for (let index = 0; index < 12; index += 1) {
      const peer = openRaw(bounded.url);
      peer.write(
        index % 2 === 0
          ? ask(bounded.url, `X-API-KEY: ${serviceKey}`)
          : upgradeRequest(bounded.url, "/trpc", [`X-API-KEY: ${serviceKey}`]),
      );
      await until(() => peer.statuses().length > 0);
      expect(peer.statuses()[0]).toBe(index % 2 === 0 ? 200 : 101);
      peers.push(peer);
    }
    for (const peer of peers) await peer[Symbol.asyncDispose]();
  });

  it("are counted by the client that a trusted proxy names", async () => {
    await using bounded = await limited({ TRUST_PROXY: "127.0.0.1" });
    const created = await createSession(restWire(bounded.url, { key: serviceKey }));
    const upgrade = (address: string) =>
      upgradeRequest(bounded.url, "/trpc", [`X-Forwarded-For: ${address}`, `X-API-KEY: ${created.token}`]);
    const open = async (address: string) => {
      const peer = openRaw(bounded.url);
      peer.write(upgrade(address));
      await until(() => peer.statuses().length > 0);
      return peer;
    };
    const held: RawPeer[] = [];
    for (let index = 0; index < 5; index += 1) held.push(await open("203.0.113.7"));
    expect(held.map((peer) => peer.statuses()[0])).toEqual(Array(5).fill(101));
    expect((await open("203.0.113.7")).statuses()).toEqual([429]);
    expect((await open("203.0.113.8")).statuses()).toEqual([101]);
    await using request = openRaw(bounded.url);
    request.write(ask(bounded.url, "X-Forwarded-For: 203.0.113.7"));
    await until(() => request.statuses().length > 0);
    expect(request.statuses()).toEqual([429]);
    for (const peer of held) await peer[Symbol.asyncDispose]();
    await until(async () => (await open("203.0.113.7")).statuses()[0] === 101);
  });
});
