import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { startTestServer, type TestServer, typewriterId, until, userId } from "./harness.js";
import { hasHeard, listenerWires } from "./listening.js";
import { createSession, restWire, trpcHttpWire } from "./wires.js";

const postgresUrl = process.env.TEST_POSTGRES_URL ?? "postgres://postgres@127.0.0.1:5432/test";

const redisUrl = process.env.TEST_REDIS_URL ?? "redis://127.0.0.1:6379";

const answers = (url: string, usualPort: number): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port || usualPort), hostname);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.unref();
  });

const hasPostgres = await answers(postgresUrl, 5_432);
const hasRedis = await answers(redisUrl, 6_379);
for (const [name, url, isThere] of [
  ["Postgres", postgresUrl, hasPostgres],
  ["Redis", redisUrl, hasRedis],
] as const) {
  if (!isThere && process.env.CI) throw new Error(`no ${name} at ${url}`);
  if (!isThere) console.warn(`SKIPPED: two nodes on one store, for want of a ${name} at ${url}`);
}

const ways = [
  { bus: "without a bus", env: {}, withinMs: 5_000, isThere: hasPostgres },
  { bus: "with Redis", env: { REDIS_URL: redisUrl }, withinMs: 1_500, isThere: hasPostgres && hasRedis },
];

describe.each(ways)("two nodes on one Postgres $bus", ({ env, withinMs, isThere }) => {
  const startNode = (): Promise<TestServer> => startTestServer({ DATABASE_URL: postgresUrl, ...env });
  const it = isThere ? test : test.skip;

  it("end a session exactly once, however many ask whichever of them", async () => {
    await using one = await startNode();
    await using two = await startNode();
    const wires = [restWire(one.url), trpcHttpWire(two.url)];
    const { sessionId } = await createSession(restWire(one.url), { userId: randomUUID() });
    const calls = Array.from({ length: 20 }, (_, index) =>
      (wires[index % 2] ?? restWire(one.url)).call("endSession", { sessionId }),
    );
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, ...Array(19).fill(404)]);
  });

  it.each(listenerWires)(
    "a listener on $wire of the other node hears what is said and the end in time",
    async ({ listen }) => {
      await using one = await startNode();
      await using two = await startNode();
      const wire = restWire(one.url);
      const { sessionId } = await createSession(wire);
      await using heard = listen(two.url, sessionId);
      await hasHeard(heard, "session.started");
      await wire.call("sendSessionMessage", {
        sessionId,
        content: "said on the other node",
        transport: "http",
      });
      const endedAt = performance.now();
      await wire.call("endSession", { sessionId, reason: "over there" });
      expect(await heard.over).toEqual({ how: "ended" });
      expect(performance.now() - endedAt).toBeLessThan(withinMs);
      const contents = heard.events.flatMap((event) =>
        event.type === "message" ? [event.message.content] : [],
      );
      expect(contents).toEqual(["said on the other node", "said on the other node"]);
      expect(heard.events.at(-1)).toMatchObject({ type: "session.ended", reason: "over there" });
    },
  );

  it("who waits for a reply on the other node fails with SESSION_ENDED in time, and the counts are gathered", async () => {
    await using one = await startNode();
    await using two = await startNode();
    const { sessionId } = await createSession(restWire(one.url), { agentId: typewriterId });
    const waiting = trpcHttpWire(two.url).call("sendSessionMessage", {
      sessionId,
      content: "slow",
      metadata: { delayMs: 60_000 },
      transport: "http",
    });
    await until(async () => {
      const { body } = await restWire(one.url).call("getSessionMessages", { sessionId });
      return (body.messages as unknown[]).length === 1;
    });
    const endedAt = performance.now();
    await restWire(one.url).call("endSession", { sessionId });
    expect(await waiting).toMatchObject({ status: 410, code: "SESSION_ENDED" });
    expect(performance.now() - endedAt).toBeLessThan(withinMs);
    await until(async () => {
      const { body } = await restWire(one.url).call("listEndings", { search: sessionId });
      return (body.endings as { operationsAborted: number }[])[0]?.operationsAborted === 1;
    });
  });

  it("a node that goes takes no session with it", async () => {
    await using one = await startNode();
    const { sessionId } = await createSession(restWire(one.url));
    await one.close();
    await using two = await startNode();
    const { body } = await restWire(two.url).call("getSession", { sessionId });
    expect(body).toMatchObject({ sessionId, userId });
    await restWire(two.url).call("endSession", { sessionId });
  });
});
