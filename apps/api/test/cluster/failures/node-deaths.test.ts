import { drawSeed } from "@adjourn/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit } from "../../reliability/kills/audit.js";
import { startLoad } from "../../reliability/kills/kill-load.js";
import { Ledger } from "../../reliability/kills/ledger.js";
import { seededRandom } from "../../reliability/seeded-random.js";
import { hasReceived, plainWs } from "../../setup/subscribing.js";
import { until } from "../../setup/test-server.js";
import { createSession } from "../../setup/wires.js";
import { startTwoNodes } from "../setup/cluster.js";
import {
  createSlowSession,
  expectDropped,
  listenOnAllWires,
  readContents,
  readEnding,
  readRow,
  waitForReply,
} from "../setup/held.js";
import { cannotRunCluster } from "../setup/what-is-missing.js";

const pausedMs = 10_000;

describe.skipIf(await cannotRunCluster())("a node that dies or is suspended", () => {
  let cluster: Awaited<ReturnType<typeof startTwoNodes>>;
  beforeAll(async () => {
    cluster = await startTwoNodes();
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it("a node that was suspended for 10 s serves no session that was ended meanwhile", async () => {
    const [a, b] = cluster.nodes;
    const ids = await createSlowSession(a.rest);
    const idle = await createSession(b.rest);
    const received = await listenOnAllWires(b, ids.sessionId);
    const { answer } = await waitForReply(b, ids);
    const stored = await readContents(a.rest, ids.channelId);
    b.pause();
    const pausedAt = performance.now();
    for (const { sessionId } of [ids, idle])
      expect(await a.rest.call("endSession", { sessionId })).toMatchObject({ status: 200 });
    // These lie in its sockets, and are the first that it sees.
    const sends = [ids, idle].map(({ sessionId }) =>
      b.rest.call("sendSessionMessage", { sessionId, content: "meanwhile", transport: "http" }),
    );
    const late = plainWs.listen(b.url, idle.sessionId);
    await until(() => performance.now() - pausedAt > pausedMs, 2 * pausedMs);
    b.resume();
    for (const send of sends) expect(await send).toMatchObject({ status: 404 });
    expect(await late.over).toMatchObject({ how: "refused", code: "SESSION_NOT_FOUND" });
    expect(await answer).toMatchObject({ status: 410, code: "SESSION_ENDED" });
    await expectDropped(received);
    expect(await readContents(a.rest, ids.channelId)).toEqual(stored);
    expect(await readContents(b.rest, idle.channelId)).toEqual([]);
    await until(async () => (await readEnding(a.rest, ids.sessionId))?.operationsAborted === 1);
    expect(await readEnding(a.rest, ids.sessionId)).toMatchObject({ listenersDropped: 4 });
  });

  it("a node that is killed takes its counts with it, and its sessions go on without a reply half written", async () => {
    const [a] = cluster.nodes;
    const c = await cluster.addNode();
    const ids = await createSlowSession(a.rest);
    await listenOnAllWires(c, ids.sessionId);
    await waitForReply(c, ids);
    const row = () => readRow(a.rest, ids.sessionId);
    await until(async () => (await row())?.listeners === 4 && (await row())?.pendingOperations === 1);
    await c.kill();
    await until(async () => (await row())?.listeners === 0 && (await row())?.pendingOperations === 0, 15_000);
    await using received = plainWs.listen(a.url, ids.sessionId);
    await hasReceived(received, "session.started");
    expect(received.events[0]).toMatchObject({ pendingReplies: [] });
    expect(await readContents(a.rest, ids.channelId)).toEqual(["a b c"]);
    await a.rest.call("endSession", { sessionId: ids.sessionId });
    await expectDropped([received]);
  });

  it("a node that is killed amid ends, sends and replies leaves nothing half done", async () => {
    const [a] = cluster.nodes;
    const c = await cluster.addNode();
    const ledger = new Ledger();
    const load = startLoad(c.url, ledger, seededRandom(drawSeed()));
    await load.answered(150);
    load.expectKill();
    await c.kill();
    await load.over();
    // What it had sent to Postgres may still be carried out.
    const { sql } = cluster.database;
    await until(async () => {
      const busy = await sql`
        SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()`;
      return busy.length === 0;
    });
    await audit(a.url, ledger, ledger.notes);
    expect(ledger.figures.ends).toBeGreaterThan(0);
    expect(ledger.figures.messages).toBeGreaterThan(10);
  }, 60_000);

  it("a listener of a killed node comes back to another with its last id, and has missed nothing", async () => {
    const [a] = cluster.nodes;
    const c = await cluster.addNode();
    const { sessionId } = await createSession(a.rest);
    const say = (content: string) =>
      a.rest.call("sendSessionMessage", { sessionId, content, transport: "http" });
    const before = plainWs.listen(c.url, sessionId);
    await hasReceived(before, "session.started");
    await say("one");
    await hasReceived(before, "message", 2);
    await c.kill();
    await before.over;
    await say("two");
    await using after = plainWs.listen(a.url, sessionId, { lastEventId: before.events.at(-1)?.id });
    await hasReceived(after, "message", 2);
    const received = [...before.events, ...after.events];
    const contents = received.flatMap((event) => (event.type === "message" ? [event.message.content] : []));
    expect(contents).toEqual(["one", "one", "two", "two"]);
    await a.rest.call("endSession", { sessionId });
  });
});
