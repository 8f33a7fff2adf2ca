import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runningTimeOf } from "../setup/running-time.js";
import { openSessionSocket } from "../setup/session-socket.js";
import { hasReceived, listenerWires, plainWs } from "../setup/subscribing.js";
import { until } from "../setup/test-server.js";
import { createSession, trpcHttpWire, trpcWsWire, type Wire } from "../setup/wires.js";
import { startThreeNodes } from "./setup/cluster.js";
import {
  createSlowSession,
  expectDropped,
  listenOnAllWires,
  readContents,
  readEnding,
  readRow,
  waitForReply,
} from "./setup/held.js";
import type { ClusterNode } from "./setup/node-process.js";
import { cannotRunCluster } from "./setup/what-is-missing.js";

describe.skipIf(await cannotRunCluster())("three nodes on one Postgres and Redis", () => {
  let cluster: Awaited<ReturnType<typeof startThreeNodes>>;
  beforeAll(async () => {
    cluster = await startThreeNodes();
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it("of any number of concurrent ends on all nodes and wires exactly one answers 200 (E1)", async () => {
    const [a, b, c] = cluster.nodes;
    await using socket = trpcWsWire(c.url);
    const wires: readonly Wire[] = [a.rest, trpcHttpWire(b.url), socket];
    for (let round = 0; round < 5; round++) {
      const { sessionId } = await createSession(a.rest);
      const calls = Array.from({ length: 8 }, () => wires).flat();
      const answers = await Promise.all(calls.map((wire) => wire.call("endSession", { sessionId })));
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([200, ...Array(calls.length - 1).fill(404)]);
    }
  });

  it("an end drops the listeners of every wire on all nodes, aborts their replies and counts both (E3-E6, E10)", async () => {
    const [a, b, c] = cluster.nodes;
    const ids = await createSlowSession(a.rest);
    const received = [
      ...(await listenOnAllWires(b, ids.sessionId)),
      ...(await listenOnAllWires(c, ids.sessionId)),
    ];
    const replies = [await waitForReply(b, ids), await waitForReply(c, ids), await waitForReply(a, ids)];
    const stored = await readContents(a.rest, ids.channelId);
    const end = await a.rest.call("endSession", { sessionId: ids.sessionId, reason: "all of it" });
    const tookMs = await runningTimeOf(async () => {
      expect(end.status).toBe(200);
      for (const { answer } of replies)
        expect(await answer).toMatchObject({
          status: 410,
          code: "SESSION_ENDED",
          details: { reason: "all of it" },
        });
      await expectDropped(received);
      const counted = { listenersDropped: 8, operationsAborted: 3 };
      await until(async () => {
        const ending = await readEnding(c.rest, ids.sessionId);
        return ending?.listenersDropped === 8 && ending?.operationsAborted === 3;
      });
      expect(await readEnding(b.rest, ids.sessionId)).toMatchObject({ ...counted, cause: "requested" });
    });
    expect(tookMs).toBeLessThan(5_000);
    for (const { rest } of cluster.nodes) {
      const send = { sessionId: ids.sessionId, content: "a ghost", transport: "http" };
      expect(await rest.call("sendSessionMessage", send)).toMatchObject({ status: 404 });
      expect(await readContents(rest, ids.channelId)).toEqual(stored);
    }
  });

  it("a tRPC socket that was opened for the session alone and only makes calls is closed on every node", async () => {
    const { sessionId } = await createSession(cluster.nodes[0].rest);
    const peers = await Promise.all(cluster.nodes.map(({ url }) => openSessionSocket(url, sessionId)));
    for (const peer of peers) await peer.ask("query", "getSession", { sessionId });
    await cluster.nodes[0].rest.call("endSession", { sessionId });
    for (const peer of peers) expect(await peer.closed).toBe("4410 session ended");
  });

  it("listSessions and session.started show the listeners and replies of all nodes", async () => {
    const [a, b, c] = cluster.nodes;
    const ids = await createSlowSession(a.rest);
    await using first = plainWs.listen(b.url, ids.sessionId);
    await hasReceived(first, "session.started");
    await using second = plainWs.listen(c.url, ids.sessionId);
    await hasReceived(second, "session.started");
    await waitForReply(b, ids);
    for (const { rest } of cluster.nodes)
      await until(async () => {
        const row = await readRow(rest, ids.sessionId);
        return row?.listeners === 2 && row?.pendingOperations === 1;
      });
    const { body } = await a.rest.call("getSessionMessages", { sessionId: ids.sessionId });
    const [{ id: inReplyTo } = { id: "" }] = body.messages as { id: string }[];
    await using third = plainWs.listen(a.url, ids.sessionId);
    await hasReceived(third, "session.started");
    expect(third.events[0]).toMatchObject({ pendingReplies: [{ inReplyTo }] });
    await c.rest.call("endSession", { sessionId: ids.sessionId });
    await expectDropped([first, second, third]);
  });

  it("a retry with the key that ended the session gets the first answer on any node (E11)", async () => {
    const [a, b, c] = cluster.nodes;
    const { sessionId } = await createSession(a.rest);
    const received = [];
    for (const { url } of [a, a, b, c]) {
      const listener = plainWs.listen(url, sessionId);
      received.push(listener);
      await hasReceived(listener, "session.started");
    }
    const keyed = { sessionId, idempotencyKey: randomUUID() };
    const first = await trpcHttpWire(a.url).call("endSession", keyed);
    expect(first).toMatchObject({ status: 200, body: { success: true, sessionId } });
    expect(await trpcHttpWire(b.url).call("endSession", keyed)).toEqual(first);
    await expectDropped(received);
    await until(async () => (await readEnding(c.rest, sessionId))?.listenersDropped === 4);
    for (const { url } of cluster.nodes)
      expect(await trpcHttpWire(url).call("endSession", keyed)).toEqual(first);
    expect(await c.rest.call("endSession", { sessionId, idempotencyKey: randomUUID() })).toMatchObject({
      status: 404,
    });
    expect(await c.rest.call("endSession", { sessionId })).toMatchObject({ status: 404 });
  });

  it("one key used on all nodes at once makes one session, and ends it once", async () => {
    const [a] = cluster.nodes;
    const wires = [...cluster.nodes, ...cluster.nodes].map(({ rest }) => rest);
    const typed = [...cluster.nodes, ...cluster.nodes].map(({ url }) => trpcHttpWire(url));
    const create = { idempotencyKey: randomUUID() };
    const ids = await Promise.all(wires.map((wire) => createSession(wire, create)));
    const [first] = ids;
    expect(new Set(ids.map(({ sessionId }) => sessionId)).size).toBe(1);
    const listener = plainWs.listen(a.url, first?.sessionId ?? "");
    await hasReceived(listener, "session.started");
    const keyed = { sessionId: first?.sessionId, idempotencyKey: randomUUID() };
    const ends = await Promise.all(typed.map((wire) => wire.call("endSession", keyed)));
    expect(ends).toEqual(typed.map(() => ({ ...ends[0], status: 200 })));
    await expectDropped([listener]);
    expect(await a.rest.call("endSession", { sessionId: first?.sessionId })).toMatchObject({ status: 404 });
  });

  it("a session that expires while all nodes sweep ends once, and on all of them (E8)", async () => {
    const [a, b, c] = cluster.nodes;
    const sessions = await Promise.all(Array.from({ length: 30 }, () => createSlowSession(a.rest)));
    const [watched = { sessionId: "", channelId: "" }] = sessions;
    const received = [
      ...(await listenOnAllWires(b, watched.sessionId)),
      ...(await listenOnAllWires(c, watched.sessionId)),
    ];
    const { answer } = await waitForReply(a, watched);
    const ids = sessions.map(({ sessionId }) => sessionId);
    await cluster.database
      .sql`UPDATE sessions SET (expires_at, due_at) = (adjourn_now() + 500, 0) WHERE session_id = ANY(${ids})`;
    await expectDropped(received, "expired");
    expect(await answer).toMatchObject({ status: 410, code: "SESSION_ENDED", details: { cause: "expired" } });
    await until(async () => (await countEndings(ids)) === ids.length);
    const calls = sessions.map(({ sessionId }) => a.rest.call("getSession", { sessionId }));
    for (const got of await Promise.all(calls))
      expect(got).toMatchObject({ status: 410, code: "SESSION_EXPIRED" });
    await until(async () => (await readEnding(a.rest, watched.sessionId))?.listenersDropped === 8);
  });

  it("what begins on other nodes while the end is under way belongs before it or is refused (E4, E9, E12)", async () => {
    const [a, b, c] = cluster.nodes;
    const race = async (round: number): Promise<void> => {
      const { sessionId, channelId } = await createSession(a.rest);
      const send = (node: ClusterNode, transport: string) =>
        node.rest.call("sendSessionMessage", { sessionId, content: transport, transport });
      const ending = a.rest.call("endSession", { sessionId });
      // After one more call each round, so that some come before the end and some after it.
      for (let call = 0; call < round % 8; call++) await b.rest.call("listAgents");
      const listening = listenerWires.flatMap(({ listen }) => [
        listen(b.url, sessionId),
        listen(c.url, sessionId),
      ]);
      const waiting = send(b, "http");
      const accepted = await send(c, "websocket");
      expect((await ending).status).toBe(200);
      const stored = await readContents(a.rest, channelId);
      for (const one of listening) {
        const over = await one.over;
        if (over.how !== "ended") expect(over).toEqual({ how: "refused", code: "SESSION_NOT_FOUND" });
        one.leave();
      }
      const answered = await waiting;
      expect([201, 404, 410]).toContain(answered.status);
      expect(stored.includes("http")).toBe(answered.status !== 404);
      expect([201, 404]).toContain(accepted.status);
      expect(stored.includes("websocket")).toBe(accepted.status === 201);
      expect(await readContents(b.rest, channelId)).toEqual(stored);
    };
    for (let round = 0; round < 16; round += 4)
      await Promise.all([0, 1, 2, 3].map((offset) => race(round + offset)));
    for (const { url } of cluster.nodes)
      await until(async () => {
        const text = await (await fetch(`${url}/metrics`)).text();
        return /^adjourn_listeners 0$/m.test(text) && /^adjourn_pending_operations 0$/m.test(text);
      });
  });

  it("/metrics shows the ends of this node, the drop latency of its listeners, and the state of store and bus", async () => {
    const [a, b] = cluster.nodes;
    const { sessionId } = await createSession(a.rest);
    await using received = plainWs.listen(b.url, sessionId);
    await hasReceived(received, "session.started");
    const read = async (url: string, name: string): Promise<number> => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const line = text.split("\n").find((one) => one.startsWith(`${name} `));
      return Number(line?.split(" ")[1] ?? Number.NaN);
    };
    expect(await read(b.url, "adjourn_listeners")).toBe(1);
    expect(await read(a.url, 'adjourn_sessions{state="active"}')).toBeGreaterThan(0);
    const ends = 'adjourn_ends_total{cause="requested"}';
    const [endsHere, endsThere] = [await read(a.url, ends), await read(b.url, ends)];
    const drops = await read(b.url, "adjourn_drop_latency_seconds_count");
    await a.rest.call("endSession", { sessionId });
    await expectDropped([received]);
    expect(await read(a.url, ends)).toBe(endsHere + 1);
    expect(await read(b.url, ends)).toBe(endsThere);
    expect(await read(b.url, "adjourn_drop_latency_seconds_count")).toBe(drops + 1);
    expect(await read(b.url, "adjourn_listeners")).toBe(0);
    expect(await read(a.url, "adjourn_bus_up")).toBe(1);
    expect(await read(a.url, "adjourn_bus_dropped_messages")).toBe(0);
    expect(await read(b.url, "adjourn_bus_latency_seconds_count")).toBeGreaterThan(0);
    expect(await read(a.url, 'adjourn_store_duration_seconds_count{operation="endSession"}')).toBeGreaterThan(
      0,
    );
    expect(await read(a.url, "adjourn_nodejs_eventloop_lag_p99_seconds")).toBeGreaterThanOrEqual(0);
  });

  const countEndings = async (ids: readonly string[]): Promise<number> => {
    const rows = await cluster.database.sql`SELECT 1 FROM endings WHERE session_id = ANY(${ids as string[]})`;
    return rows.length;
  };
});
