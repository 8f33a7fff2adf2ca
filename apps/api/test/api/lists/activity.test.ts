import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databases } from "../../setup/databases.js";
import { hasReceived, plainWs } from "../../setup/subscribing.js";
import { adminKey, serviceKey, type TestServer, typewriterId } from "../../setup/test-server.js";
import { createSession, restWire, type Wire, wires } from "../../setup/wires.js";

const keys = { ADJOURN_ADMIN_KEY: adminKey, ADJOURN_SERVICE_KEY: serviceKey };

describe.each(databases)("sessions by what happens in them, on $name", ({ skip, start }) => {
  let server: TestServer;
  let admin: Wire;
  beforeAll(async () => {
    if (skip) return;
    server = await start(keys);
    admin = restWire(server.url, { key: adminKey });
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const ask = (sessionId: string) =>
    admin.call("sendSessionMessage", { sessionId, content: "a b", metadata: { delayMs: 600_000 } });

  /** Four sessions of a user: with a reply in flight, with a listener, with both, and with neither. */
  const createFour = async () => {
    const userId = randomUUID();
    const create = () => createSession(admin, { userId, agentId: typewriterId });
    const [replying, listened, both, neither] = [
      await create(),
      await create(),
      await create(),
      await create(),
    ];
    for (const { sessionId } of [replying, both]) expect(await ask(sessionId)).toMatchObject({ status: 201 });
    const ticket = String((await admin.call("issueTicket")).body.ticket);
    const listeners = [listened, both].map(({ sessionId }) =>
      plainWs.listen(server.url, sessionId, { ticket }),
    );
    for (const listener of listeners) await hasReceived(listener, "session.started");
    const [a, b, c, d] = [replying, listened, both, neither].map(({ sessionId }) => sessionId);
    return { userId, listeners, replying: [c, a], listened: [c, b], all: [d, c, b, a] };
  };

  const dispose = async ({ userId, listeners }: Awaited<ReturnType<typeof createFour>>) => {
    for (const listener of listeners) listener.leave();
    await admin.call("endSessions", { userId });
  };

  it.skipIf(skip).each(wires)(
    "lists over $wire those that reply, or are listened to, alone",
    async ({ open }) => {
      const four = await createFour();
      await using wire = open(server.url, { key: serviceKey });
      const { userId } = four;
      const list = async (input: Record<string, unknown>) => {
        const { status, body } = await wire.call("listSessions", { userId, ...input });
        expect(status, JSON.stringify(body)).toBe(200);
        const { sessions, ...rest } = body as { sessions: { sessionId: string }[]; nextCursor?: string };
        return { ids: sessions.map(({ sessionId }) => sessionId), ...rest };
      };
      for (const activity of ["replying", "listened"] as const) {
        expect(await list({ activity })).toMatchObject({ ids: four[activity], total: 2 });
        const first = await list({ activity, limit: 1 });
        expect(first).toMatchObject({ ids: four[activity].slice(0, 1), total: 2 });
        const second = await list({ activity, limit: 1, cursor: first.nextCursor });
        expect(second).toMatchObject({ ids: four[activity].slice(1), total: 2 });
        expect(second.nextCursor).toBeUndefined();
        expect(await list({ activity, sort: "expiresAt" })).toMatchObject({ total: 2 });
        expect(await list({ activity, search: four[activity][0] })).toMatchObject({ total: 1 });
      }
      expect(await list({})).toMatchObject({ ids: four.all, total: 4 });
      expect(await wire.call("listSessions", { userId, activity: "sleeping" })).toMatchObject({
        status: 400,
        code: "VALIDATION_ERROR",
        details: { issues: [{ path: "activity" }] },
      });
      await dispose(four);
    },
  );

  it.skipIf(skip).each(wires)(
    "ends over $wire those that reply, or are listened to, alone",
    async ({ open }) => {
      const four = await createFour();
      await using wire = open(server.url, { key: adminKey });
      const { userId } = four;
      const end = async (input: object) => (await wire.call("endSessions", { userId, ...input })).body;
      const isLive = async (sessionId = "") => (await admin.call("getSession", { sessionId })).status === 200;
      expect(await end({ activity: "replying", dryRun: true, countCut: true })).toEqual({
        ended: 0,
        matched: 2,
        listeners: 1,
        replies: 2,
      });
      expect(await end({ activity: "listened", dryRun: true, countCut: true })).toEqual({
        ended: 0,
        matched: 2,
        listeners: 2,
        replies: 1,
      });
      const [both, replying] = four.replying;
      expect(await end({ activity: "listened", sessionIds: [both, replying] })).toEqual({
        ended: 1,
        matched: 1,
      });
      expect(await Promise.all(four.all.map(isLive))).toEqual([true, false, true, true]);
      expect(await end({ activity: "replying" })).toEqual({ ended: 1, matched: 1 });
      expect(await end({ activity: "listened" })).toEqual({ ended: 1, matched: 1 });
      expect(await Promise.all(four.all.map(isLive))).toEqual([true, false, false, false]);
      expect(await end({ activity: "listened" })).toEqual({ ended: 0, matched: 0 });
      await dispose(four);
    },
  );

  it.skipIf(skip)(
    "is a filter that admins may give alone, and service keys beside a user or ids",
    async () => {
      const service = restWire(server.url, { key: serviceKey });
      for (const operation of ["listSessions", "endSessions"]) {
        const input = { activity: "replying" };
        expect(await service.call(operation, input)).toMatchObject({ status: 403 });
        expect(await admin.call(operation, input)).toMatchObject({ status: 200 });
      }
    },
  );
});
