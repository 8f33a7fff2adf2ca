import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runningTimeOf } from "../../setup/running-time.js";
import { hasReceived, plainWs } from "../../setup/subscribing.js";
import { typewriterId, until } from "../../setup/test-server.js";
import { createSession, type Wire } from "../../setup/wires.js";
import { startTwoNodes } from "../setup/cluster.js";
import { createSlowSession, expectDropped, listenOnAllWires, readContents } from "../setup/held.js";
import type { ClusterNode } from "../setup/node-process.js";
import { cannotRunCluster } from "../setup/what-is-missing.js";

/** The first call to a Postgres that is silent waits 5 s for it, and not twice; a later one only for a probe of 2 s. */
const firstMs = 9_000;
const laterMs = 4_500;

describe.skipIf(await cannotRunCluster())("two nodes whose Postgres fails", () => {
  let cluster: Awaited<ReturnType<typeof startTwoNodes>>;
  beforeAll(async () => {
    cluster = await startTwoNodes();
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  const healed = async (): Promise<void> => {
    for (const { url } of cluster.nodes) await until(async () => (await fetch(`${url}/readyz`)).ok);
  };

  const failures = [
    { how: "refuses connections", fail: () => cluster.gate.refuse(), firstWithinMs: laterMs },
    { how: "is silent", fail: () => cluster.gate.swallow(), firstWithinMs: firstMs },
  ];

  it.each(failures)(
    "a Postgres that $how: 503 with Retry-After and fast, listeners stay, and all heals without a restart",
    async ({ fail, firstWithinMs }) => {
      const [a, b] = cluster.nodes;
      const ids = await createSlowSession(a.rest);
      const received = await listenOnAllWires(b, ids.sessionId);
      fail();
      const calls = [a, b].map((node) => askEverything(node, ids));
      for (const answers of await Promise.all(calls))
        for (const { status, retryAfter, code, tookMs } of answers) {
          expect({ status, code }).toEqual({ status: 503, code: "SERVICE_UNAVAILABLE" });
          expect(Number(retryAfter)).toBeGreaterThan(0);
          expect(tookMs).toBeLessThan(firstWithinMs);
        }
      for (const { status, tookMs } of await askEverything(a, ids)) {
        expect(status).toBe(503);
        expect(tookMs).toBeLessThan(laterMs);
      }
      for (const { url } of cluster.nodes) {
        // Its last good answer is kept for a moment.
        await until(async () => (await fetch(`${url}/readyz`)).status === 503);
        const ready = await fetch(`${url}/readyz`);
        expect(await ready.json()).toMatchObject({ store: "down" });
        expect((await fetch(`${url}/healthz`)).status).toBe(200);
      }
      expect(received.map(({ events }) => events.at(-1)?.type)).toEqual(
        received.map(() => "session.started"),
      );
      cluster.gate.open();
      await healed();
      const { sessionId } = ids;
      await b.rest.call("sendSessionMessage", { sessionId, content: "again", transport: "http" });
      for (const one of received) await hasReceived(one, "message", 2);
      expect((await a.rest.call("endSession", { sessionId })).status).toBe(200);
      await expectDropped(received);
      expect(await readContents(b.rest, ids.channelId)).toEqual(["again", "again"]);
    },
  );

  it("a Postgres that cuts every connection at once is at most one failure a call", async () => {
    const [a, b] = cluster.nodes;
    const { sessionId } = await createSession(a.rest);
    await using received = plainWs.listen(b.url, sessionId);
    await hasReceived(received, "session.started");
    await cluster.database.sql`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'adjourn'`;
    const send = (wire: Wire, content: string) =>
      wire.call("sendSessionMessage", { sessionId, content, transport: "websocket" });
    const accepted: string[] = [];
    await until(async () => {
      const answer = await send(a.rest, "after the cut");
      if (answer.status === 201) accepted.push(String(answer.body.id));
      else expect(answer).toMatchObject({ status: 503 });
      return answer.status === 201;
    });
    await until(async () => (await send(b.rest, "and on the other")).status === 201);
    const receivedIds = () =>
      received.events.flatMap((event) => (event.type === "message" ? [event.message.id] : []));
    await until(() => accepted.every((id) => receivedIds().includes(id)));
    await a.rest.call("endSession", { sessionId });
    await expectDropped([received]);
  });

  it("a reply that is ready while Postgres is away fails, and does not wait for ever", async () => {
    const [a, b] = cluster.nodes;
    const { sessionId, channelId } = await createSession(a.rest, { agentId: typewriterId });
    await using received = plainWs.listen(a.url, sessionId);
    await hasReceived(received, "session.started");
    const answer = a.rest.call("sendSessionMessage", {
      sessionId,
      content: "one two three",
      metadata: { delayMs: 300 },
      transport: "http",
    });
    await hasReceived(received, "message.delta");
    cluster.gate.refuse();
    expect(await answer).toMatchObject({ status: 503 });
    await hasReceived(received, "message.failed");
    cluster.gate.open();
    await healed();
    expect(await readContents(b.rest, channelId)).toEqual(["one two three"]);
    await b.rest.call("endSession", { sessionId });
    await expectDropped([received]);
  });
});

interface Asked {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | null;
  readonly tookMs: number;
}

/** One of each kind of call, all at once. */
const askEverything = async (
  { url }: ClusterNode,
  { sessionId, channelId }: { readonly sessionId: string; readonly channelId: string },
): Promise<readonly Asked[]> => {
  const session = `/api/messaging/sessions/${sessionId}`;
  const create = { agentId: typewriterId, userId: crypto.randomUUID() };
  const calls: readonly (readonly [method: string, path: string, body?: object])[] = [
    ["GET", session],
    ["DELETE", session],
    ["POST", `${session}/renew`],
    ["POST", `${session}/messages`, { content: "into the void" }],
    ["GET", `${session}/events`],
    ["GET", "/api/messaging/sessions"],
    ["GET", "/api/messaging/endings"],
    ["GET", `/api/messaging/channels/${channelId}/messages`],
    ["POST", "/api/messaging/sessions", create],
  ];
  return Promise.all(
    calls.map(async ([method, path, body]): Promise<Asked> => {
      const asked = ask(`${url}${path}`, method, body);
      const tookMs = await runningTimeOf(() => asked);
      const { status, headers, ...response } = await asked;
      return { status, code: response.body.code, retryAfter: headers.get("Retry-After"), tookMs };
    }),
  );
};

const ask = async (url: string, method: string, body: object | undefined) => {
  const response = await fetch(url, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } } : {}),
  });
  const { status, headers } = response;
  return { status, headers, body: (await response.json()) as { code?: string } };
};
