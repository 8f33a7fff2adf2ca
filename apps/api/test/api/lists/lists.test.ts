import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databases } from "../../setup/databases.js";
import { echoId, type TestServer, typewriterId } from "../../setup/test-server.js";
import { createSession, restWire, type Wire } from "../../setup/wires.js";

type Row = { sessionId: string; channelId: string; createdAt: string };

describe.each(databases)("lists on $name", ({ skip, start }) => {
  let server: TestServer;
  let wire: Wire;
  beforeAll(async () => {
    if (skip) return;
    server = await start();
    wire = restWire(server.url);
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const create = async (count: number, input: object = {}): Promise<Row[]> => {
    const rows: Row[] = [];
    for (let index = 0; index < count; index += 1) rows.push(await createSession(wire, { ...input }));
    return rows;
  };
  const list = async (input: Record<string, unknown>, operation = "listSessions") => {
    const { status, body } = await wire.call(operation, input);
    expect(status, JSON.stringify(body)).toBe(200);
    return body as {
      sessions: Row[];
      endings: Row[];
      total: number;
      nextCursor?: string;
      stats: Record<string, number>;
    };
  };
  const ids = (rows: readonly Row[]) => rows.map(({ sessionId }) => sessionId);

  it.skipIf(skip)("a cursor stays right while rows come and go", async () => {
    const userId = randomUUID();
    const made = (await create(12, { userId })).reverse();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ userId, limit: 4, ...(cursor ? { cursor } : {}) });
      seen.push(...ids(page.sessions));
      cursor = page.nextCursor;
      // A newer one comes, and one of those shown, with the one that the cursor was made from, goes.
      await create(1, { userId });
      await wire.call("endSession", { sessionId: String(seen.at(-1)) });
    } while (cursor);
    expect(seen).toEqual(ids(made));
    const ended: string[] = [];
    do {
      const page: Awaited<ReturnType<typeof list>> = await list(
        { userId, limit: 2, ...(cursor ? { cursor } : {}) },
        "listEndings",
      );
      ended.push(...ids(page.endings));
      cursor = page.nextCursor;
      await wire.call("endSession", { sessionId: (await create(1, { userId }))[0]?.sessionId });
    } while (cursor);
    expect(ended).toEqual([seen[11], seen[7], seen[3]]);
  });

  it.skipIf(skip)("a cursor of another list is refused as a malformed one is", async () => {
    const userId = randomUUID();
    await create(2, { userId });
    for (const blocked of [userId, randomUUID()]) await wire.call("blockUser", { userId: blocked });
    await create(2);
    const lists = ["listSessions", "listEndings", "listBlocks", "listWebhookDeliveries"];
    const refusal = async (operation: string, cursor: unknown) => {
      const { status, code, details } = await wire.call(operation, { cursor });
      return { status, code, details };
    };
    for (const owner of lists.slice(0, 3)) {
      const { nextCursor } = await list({ limit: 1 }, owner);
      expect(nextCursor, owner).toBeDefined();
      await list({ limit: 1, cursor: nextCursor }, owner);
      for (const stranger of lists.filter((one) => one !== owner)) {
        const refused = await refusal(stranger, nextCursor);
        expect(refused, `${owner} to ${stranger}`).toEqual(await refusal(stranger, "AAAA"));
        expect(refused).toMatchObject({ status: 400, code: "VALIDATION_ERROR" });
      }
    }
  });

  it.skipIf(skip)(
    "search matches the start of any id, without regard to case, and nothing else",
    async () => {
      const userId = randomUUID();
      const [row] = await create(1, { userId });
      await create(1);
      const { sessionId, channelId } = row as Row;
      for (const id of [sessionId, channelId, userId])
        for (const search of [id, id.toUpperCase(), id.slice(0, 10), id.slice(0, 13).toUpperCase()])
          expect(ids((await list({ search })).sessions)).toEqual([sessionId]);
      expect((await list({ search: echoId.slice(0, 30), userId })).total).toBe(1);
      for (const search of [sessionId.slice(1), "%", "_", `${sessionId}x`, "'", "\\"])
        expect((await list({ search })).total, search).toBe(0);
      expect((await list({ userId, agentId: typewriterId })).sessions).toEqual([]);
    },
  );

  it.skipIf(skip)("total counts what matches, stats the whole store", async () => {
    const userId = randomUUID();
    const before = (await list({ limit: 1 })).stats;
    await create(3, { userId });
    const page = await list({ userId, limit: 1 });
    expect([page.sessions.length, page.total]).toEqual([1, 3]);
    const activeSessions = (before.activeSessions ?? 0) + 3;
    expect(page.stats).toEqual({ totalSessions: activeSessions, activeSessions, expiredSessions: 0 });
    expect((await list({})).total).toBe(activeSessions);
    const health = await wire.call("getSessionsHealth");
    expect(health.body).toMatchObject({ status: "healthy", activeSessions });
  });

  const filters = ["agentId", "userId", "sessionIds"] as const;
  const combinations = Array.from({ length: 7 }, (_, index) =>
    filters.filter((_, bit) => (index + 1) & (1 << bit)),
  );
  it.skipIf(skip).each(combinations.map((names) => ({ names })))(
    "ends those that match $names, all of them",
    async ({ names }) => {
      // Whatever an earlier test left would match an agent alone.
      await wire.call("endSessions", { agentId: echoId });
      await wire.call("endSessions", { agentId: typewriterId });
      const [mine, theirs] = [randomUUID(), randomUUID()];
      const made = [];
      for (const agentId of [echoId, typewriterId])
        for (const userId of [mine, theirs])
          for (const isNamed of [true, false]) {
            const [row] = await create(1, { agentId, userId });
            made.push({ agentId, userId, isNamed, sessionId: row?.sessionId ?? "" });
          }
      const named = made.filter(({ isNamed }) => isNamed).map(({ sessionId }) => sessionId);
      const given = { agentId: echoId, userId: mine, sessionIds: [...named, ...named, "unknown"] };
      const filter = Object.fromEntries(names.map((name) => [name, given[name]]));
      const matching = made.filter(
        (one) =>
          (!names.includes("agentId") || one.agentId === echoId) &&
          (!names.includes("userId") || one.userId === mine) &&
          (!names.includes("sessionIds") || one.isNamed),
      );
      const matched = matching.length;
      const dryRun = async (input: object = {}) =>
        (await wire.call("endSessions", { ...filter, dryRun: true, ...input })).body;
      expect(await dryRun()).toEqual({ ended: 0, matched });
      expect(await dryRun({ countCut: true })).toEqual({ ended: 0, matched, listeners: 0, replies: 0 });
      expect((await list({ search: made[0]?.sessionId })).total).toBe(1);
      expect(await wire.call("endSessions", { ...filter, reason: "all of them" })).toMatchObject({
        status: 200,
        body: { ended: matched, matched },
      });
      for (const { sessionId } of made) {
        const isOver = matching.some((one) => one.sessionId === sessionId);
        expect((await wire.call("getSession", { sessionId })).status).toBe(isOver ? 404 : 200);
        if (isOver)
          expect((await list({ search: sessionId, cause: "bulk" }, "listEndings")).endings).toMatchObject([
            { reason: "all of them" },
          ]);
      }
      expect((await wire.call("endSessions", filter)).body).toEqual({ ended: 0, matched: 0 });
    },
  );

  it.skipIf(skip)("a list of no sessions ends none", async () => {
    expect((await wire.call("endSessions", { sessionIds: [] })).body).toEqual({ ended: 0, matched: 0 });
  });
});
