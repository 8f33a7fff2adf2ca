import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPeer } from "../../disconnects/disconnecting-peer.js";
import { watchServerSockets } from "../../disconnects/server-sockets.js";
import { timeOfCalmCalls } from "../../setup/calm-caller.js";
import { closeCodeOf, frame, openRaw, type RawPeer, upgradeRequest } from "../../setup/raw-peer.js";
import { adminKey, serviceKey, startTestServer, type TestServer, until } from "../../setup/test-server.js";
import { createSession, restWire } from "../../setup/wires.js";

const keys = { ADJOURN_ADMIN_KEY: adminKey, ADJOURN_SERVICE_KEY: serviceKey };
/** How much longer than beside an idle server a calm caller may wait. */
const wideRoom = 30;

let server: TestServer;
let sessionId: string;
let token: string;
beforeAll(async () => {
  server = await startTestServer(keys);
  ({ sessionId, token } = await createSession(restWire(server.url, { key: serviceKey })));
});
afterAll(() => server?.[Symbol.asyncDispose]());

const json = (value: unknown): Buffer => frame({ payload: Buffer.from(JSON.stringify(value)) });
const entry = (id: unknown, path: string, input: unknown = {}, method = "query") => ({
  id,
  method,
  params: { path, input },
});
const answersOf = (peer: RawPeer): Record<string, unknown>[] =>
  peer.frames().flatMap(({ opcode, payload }) => (opcode === 1 ? [JSON.parse(String(payload))] : []));

const openSocket = async (credential: string, url = server.url): Promise<RawPeer> => {
  const peer = openRaw(url);
  peer.write(upgradeRequest(url, "/trpc", [`Authorization: Bearer ${credential}`]));
  await until(() => peer.statuses().length > 0);
  expect(peer.statuses()).toEqual([101]);
  return peer;
};

describe("a frame with too many entries", () => {
  const manyEntries = Array.from({ length: 2_200 }, (_, id) => entry(id, "x", undefined, "subscription"));

  it("after a wrong token is not parsed, nor are the others, and other callers are hardly delayed", async () => {
    const idle = await timeOfCalmCalls(server.url);
    const peer = openRaw(server.url);
    peer.write(upgradeRequest(server.url, "/trpc?connectionParams=1"));
    await until(() => peer.statuses().length > 0);
    peer.write(
      json({ method: "connectionParams", data: { token: "a-wrong-token-that-somebody-made" } }),
      ...Array(40).fill(json(manyEntries)),
    );
    const flooded = await timeOfCalmCalls(server.url);
    await peer.gone;
    // Its connection is cut with most of it unread, and its answer may be lost with it.
    expect(answersOf(peer).length).toBeLessThanOrEqual(1);
    expect(flooded).toBeLessThan(wideRoom * idle);
  });

  it("closes its socket with 1008, whoever sent it", async () => {
    for (const credential of [token, adminKey]) {
      await using peer = await openSocket(credential);
      peer.write(
        json(Array.from({ length: 101 }, (_, id) => entry(id, "listAgents"))),
        json([entry(1, "getSession")]),
      );
      await peer.gone;
      expect([closeCodeOf(peer), answersOf(peer)]).toEqual([1008, []]);
    }
  });
});

describe("calls of a session's token", () => {
  it("are cut off when they do not stop, whatever their path", async () => {
    const idle = await timeOfCalmCalls(server.url);
    await using peer = await openSocket(token);
    const unknown = json(Array.from({ length: 100 }, (_, id) => entry(id, "x", {}, "subscription")));
    peer.write(...Array(400).fill(unknown));
    const flooded = await timeOfCalmCalls(server.url);
    await peer.gone;
    expect([1008, null]).toContain(closeCodeOf(peer));
    expect(answersOf(peer).length).toBeLessThan(5_000);
    expect(flooded).toBeLessThan(wideRoom * idle);
  });

  it("count against the rate limit each, those of unknown paths too", async () => {
    await using limited = await startTestServer({ ...keys, RATE_LIMIT_PER_MINUTE: "30" });
    const own = await createSession(restWire(limited.url, { key: serviceKey }));
    await using peer = await openSocket(own.token, limited.url);
    peer.write(json(Array.from({ length: 50 }, (_, id) => entry(id, "x", {}, "subscription"))));
    await until(() => answersOf(peer).length === 50);
    const codes = answersOf(peer).map((answer) => JSON.stringify(answer).includes("RATE_LIMITED"));
    expect(codes.filter(Boolean).length).toBeGreaterThanOrEqual(20);
    expect(codes.at(-1)).toBe(true);
    expect(answersOf(peer).at(-1)).toMatchObject({ id: 49, error: { data: { httpStatus: 429 } } });
  });
});

describe("a call's id", () => {
  it.each([
    ["of 128 characters", "i".repeat(128)],
    ["that is a number", 1e15],
  ])("%s comes back with the answer", async (_, id) => {
    await using peer = await openSocket(adminKey);
    peer.write(json(entry(id, "listAgents")));
    await until(() => answersOf(peer).length === 1);
    expect(answersOf(peer)[0]).toMatchObject({ id, result: { type: "data" } });
  });

  it.each([
    ["of 129 characters", "i".repeat(129)],
    ["that is an object", { a: 1 }],
    ["that is a list", ["1"]],
    ["that is true", true],
  ])("%s is refused, and comes back nowhere", async (_, id) => {
    await using peer = await openSocket(adminKey);
    peer.write(json(entry(id, "listAgents")), json(entry(7, "listAgents")));
    await until(() => answersOf(peer).length === 2);
    expect(answersOf(peer)[0]).toMatchObject({ id: null, error: { data: { httpStatus: 400 } } });
    expect(answersOf(peer)[1]).toMatchObject({ id: 7, result: { type: "data" } });
  });
});

it("a call that is nested too deep is refused under its own id", async () => {
  await using peer = await openSocket(adminKey);
  const deep = (levels: number) => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);
  peer.write(
    json(entry(1, "getSession", { sessionId, x: deep(90) })),
    json({ ...entry(2, "getSession", { sessionId }), more: deep(90) }),
  );
  await until(() => answersOf(peer).length === 2);
  for (const answer of answersOf(peer))
    expect(answer).toMatchObject({
      error: {
        message: expect.stringContaining("JSON may have 64 levels"),
        data: { httpStatus: 400, session: { code: "VALIDATION_ERROR" } },
      },
    });
  expect(answersOf(peer).map(({ id }) => id)).toEqual([1, 2]);
});

describe("answers that are not taken", () => {
  const megabyte = 1_048_576;
  let large: { sessionId: string; token: string };
  beforeAll(async () => {
    const wire = restWire(server.url, { key: serviceKey });
    large = await createSession(wire);
    const content = "\u0001".repeat(4_000);
    for (let sent = 0; sent < 100; sent += 20)
      await Promise.all(
        Array.from({ length: 20 }, () => wire.call("sendSessionMessage", { ...large, content })),
      );
  });
  const pages = (calls: number) =>
    json(
      Array.from({ length: calls }, (_, id) =>
        entry(id, "getSessionMessages", { sessionId: large.sessionId, limit: 100 }),
      ),
    );

  it("a batch gets 4 MiB together, and 413 for the calls beyond", async () => {
    await using peer = await openSocket(large.token);
    peer.write(pages(20));
    await until(() => answersOf(peer).length === 20);
    const sizes = answersOf(peer).map((answer) => ("result" in answer ? JSON.stringify(answer).length : 0));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(4 * megabyte);
    expect(sizes.filter((size) => size > 0).length).toBeGreaterThan(0);
    const refused = answersOf(peer).filter((answer) => "error" in answer);
    expect(refused.length).toBeGreaterThan(5);
    for (const { error } of refused)
      expect(error).toMatchObject({ data: { httpStatus: 413, session: { code: "PAYLOAD_TOO_LARGE" } } });
    // The next batch has its own.
    peer.write(pages(1));
    await until(() => answersOf(peer).length === 21);
    expect(answersOf(peer)[20]).toHaveProperty("result");
  });

  const calmCalls = 30;
  /** The time of one page of 1 MiB, alone; the median of several. */
  const timeOfPage = async (): Promise<number> => {
    const wire = restWire(server.url, { key: serviceKey });
    const times: number[] = [];
    for (let nth = 0; nth < 5; nth += 1) {
      const startedAt = performance.now();
      await wire.call("getSessionMessages", { sessionId: large.sessionId, limit: 100 });
      times.push(performance.now() - startedAt);
    }
    return times.sort((a, b) => a - b)[2] ?? 0;
  };

  it("stay bounded when everything is requested in one write and nothing is read", async () => {
    using sockets = watchServerSockets();
    const idle = await timeOfCalmCalls(server.url, calmCalls);
    const onePage = await timeOfPage();
    const asked = Buffer.concat([
      Buffer.from(upgradeRequest(server.url, "/trpc", [`Authorization: Bearer ${large.token}`])),
      ...Array(6).fill(pages(20)),
    ]);
    const peers = await Promise.all(Array.from({ length: 4 }, () => openPeer(server.url, asked)));
    for (const peer of peers) peer.pause();
    const ends = await Promise.all(peers.map(({ port }) => sockets.of(port)));
    let most = 0;
    const watching = setInterval(() => {
      most = Math.max(
        most,
        ends.reduce((sum, { writableLength }) => sum + writableLength, 0),
      );
    }, 1);
    const flooded = await timeOfCalmCalls(server.url, calmCalls);
    await until(() => ends.every(({ writableLength, destroyed }) => writableLength > megabyte || destroyed));
    clearInterval(watching);
    expect(most).toBeLessThan(40 * megabyte);
    // A call waits for a few pages; the 480 that are asked for would take several times as long as all of these.
    expect(flooded).toBeLessThan(10 * idle + calmCalls * 5 * onePage);
    for (const peer of peers) peer.reset();
  });

  it("count for their address where they are refusals, too", async () => {
    const limits = { perSocket: 16 * megabyte, perAddress: 8 * megabyte };
    await using bounded = await startTestServer(keys, { unreadSocketLimits: limits });
    const caller = await createSession(restWire(bounded.url, { key: serviceKey }));
    using sockets = watchServerSockets();
    const deep = JSON.parse(`${"[".repeat(90)}${"]".repeat(90)}`);
    const asked = Buffer.concat([
      Buffer.from(upgradeRequest(bounded.url, "/trpc", [`Authorization: Bearer ${caller.token}`])),
      // A refusal names the path that was asked for.
      ...Array(60).fill(json(entry(1, "x".repeat(120_000), deep))),
    ]);
    const peers = await Promise.all(Array.from({ length: 16 }, () => openPeer(bounded.url, asked)));
    for (const peer of peers) peer.pause();
    const ends = await Promise.all(peers.map(({ port }) => sockets.of(port)));
    await until(() => ends.some(({ destroyed }) => destroyed));
    const unread = ends.reduce(
      (sum, { destroyed, writableLength }) => sum + (destroyed ? 0 : writableLength),
      0,
    );
    // The sum is checked every 50 ms.
    expect(unread).toBeLessThan(12 * megabyte);
    for (const peer of peers) peer.reset();
  });
});
