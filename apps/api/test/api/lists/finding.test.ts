import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databases } from "../../setup/databases.js";
import { type TestServer, until } from "../../setup/test-server.js";
import { createSession, type Wire, wires } from "../../setup/wires.js";

type Row = { sessionId: string; expiresAt: string; lastMessage: object | null };
type Page = { sessions: Row[]; endings: Row[]; total: number; nextCursor?: string };

describe.each(databases)("finding a session on $name", ({ skip, start }) => {
  let server: TestServer;
  beforeAll(async () => {
    if (!skip) server = await start();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const list = async (wire: Wire, operation: string, input: object): Promise<Page> => {
    const { status, body } = await wire.call(operation, { ...input });
    expect(status, JSON.stringify(body)).toBe(200);
    // The harness knows no answers' types; these two operations answer so.
    return body as Page;
  };
  const ids = (rows: readonly Row[]) => rows.map(({ sessionId }) => sessionId);

  describe.each(wires)("over $wire", ({ open }) => {
    it.skipIf(skip)("finds a session and its ending by its messages and metadata", async () => {
      await using wire = open(server.url);
      const userId = randomUUID();
      const { sessionId } = await createSession(wire, {
        userId,
        metadata: { order: { code: "Zürich-4711" } },
      });
      await createSession(wire, { userId });
      await wire.call("sendSessionMessage", { sessionId, content: "Where is my PARCEL?", transport: "http" });
      const q = "parcel zurich 47";
      const found = async () => (await list(wire, "listSessions", { userId, q })).total === 1;
      await until(found, 5_000);
      expect(ids((await list(wire, "listSessions", { userId, q })).sessions)).toEqual([sessionId]);
      expect(ids((await list(wire, "listSessions", { userId, q: "'*\" -" })).sessions)).toHaveLength(2);
      expect((await list(wire, "listSessions", { userId, q: "parcels" })).total).toBe(0);
      await wire.call("endSession", { sessionId });
      expect(ids((await list(wire, "listEndings", { userId, q })).endings)).toEqual([sessionId]);
      expect((await list(wire, "listEndings", { userId, q: "par zurich" })).endings).toEqual([]);
    });

    it.skipIf(skip)("finds nothing of an erased channel at once", async () => {
      await using wire = open(server.url);
      const userId = randomUUID();
      const { sessionId, channelId } = await createSession(wire, { userId });
      await wire.call("sendSessionMessage", { sessionId, content: "unforgettable" });
      await until(async () => (await list(wire, "listSessions", { userId, q: "unforg" })).total === 1, 5_000);
      await wire.call("endSession", { sessionId });
      await wire.call("eraseChannel", { channelId });
      expect((await list(wire, "listEndings", { userId, q: "unforg" })).endings).toEqual([]);
      expect((await list(wire, "listEndings", { userId })).endings).toHaveLength(1);
    });

    it.skipIf(skip)("shows the first 200 characters of the last message", async () => {
      await using wire = open(server.url);
      const userId = randomUUID();
      const { sessionId } = await createSession(wire, { userId });
      const last = async () => (await list(wire, "listSessions", { userId })).sessions[0]?.lastMessage;
      expect(await last()).toBeNull();
      const content = `${"a".repeat(199)}🎉${"b".repeat(300)}`;
      await wire.call("sendSessionMessage", { sessionId, content, transport: "http" });
      expect(await last()).toEqual({
        content: "a".repeat(199),
        isAgent: true,
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
    });

    it.skipIf(skip)("sorts by expiry, and a cursor belongs to its order", async () => {
      await using wire = open(server.url);
      const userId = randomUUID();
      for (const timeoutMinutes of [30, 10, 20])
        await createSession(wire, { userId, timeoutConfig: { timeoutMinutes } });
      const first = await list(wire, "listSessions", { userId, sort: "expiresAt", limit: 2 });
      const cursor = first.nextCursor;
      const second = await list(wire, "listSessions", { userId, sort: "expiresAt", limit: 2, cursor });
      const times = [...first.sessions, ...second.sessions].map(({ expiresAt }) => expiresAt);
      expect(times).toEqual([...times].sort());
      expect(new Set(times).size).toBe(3);
      const refused = { status: 400, code: "VALIDATION_ERROR" };
      expect(await wire.call("listSessions", { userId, cursor })).toMatchObject(refused);
      const byCreation = await list(wire, "listSessions", { userId, limit: 2, sort: "createdAt" });
      const ofOther = { userId, sort: "expiresAt", cursor: byCreation.nextCursor };
      expect(await wire.call("listSessions", ofOther)).toMatchObject(refused);
      expect(await wire.call("listSessions", { sort: "age" })).toMatchObject(refused);
    });

    it.skipIf(skip)("takes q up to 200 characters, and times only as ISO times", async () => {
      await using wire = open(server.url);
      const userId = randomUUID();
      const { sessionId } = await createSession(wire, { userId });
      expect((await list(wire, "listSessions", { userId, q: "q".repeat(200) })).total).toBe(0);
      const from = new Date(Date.now() - 60_000).toISOString();
      expect((await list(wire, "listSessions", { userId, from })).total).toBe(1);
      expect((await list(wire, "listSessions", { userId, to: from })).total).toBe(0);
      // The same times, as a clock two hours ahead of UTC shows them.
      const ahead = (ms: number) => new Date(ms + 7_200_000).toISOString().replace("Z", "+02:00");
      const range = { from: ahead(Date.parse(from)), to: ahead(Date.now() + 60_000) };
      expect((await list(wire, "listSessions", { userId, ...range })).total).toBe(1);
      expect((await list(wire, "listSessions", { userId, to: range.from })).total).toBe(0);
      await wire.call("endSession", { sessionId });
      expect((await list(wire, "listEndings", { userId, from })).endings).toHaveLength(1);
      expect((await list(wire, "listEndings", { userId, actor: "nobody" })).endings).toEqual([]);
      for (const operation of ["listSessions", "listEndings"])
        for (const input of [{ q: "q".repeat(201) }, { q: "a\0b" }, { from: "yesterday" }, { to: "1" }])
          expect((await wire.call(operation, input)).status, JSON.stringify(input)).toBe(400);
    });
  });
});
