import { expect, test } from "vitest";
import { admin, created, minute, newSessionDraft, type Setting } from "./setup.js";

const request = (userId: string, until: number | null = null) => ({
  userId,
  until,
  reason: "insults",
  caller: admin,
});

const describeHolding = (setting: () => Setting): void => {
  test("a block ends the user's live sessions, in any case of the id, and says which", async () => {
    const s = setting();
    const userId = crypto.randomUUID();
    const upper = userId.toUpperCase();
    const live = [await s.create({ userId }), await s.create({ userId: upper })];
    const other = await s.create();
    await s.advance(minute);
    const { block, endings } = await s.store.blockUser(request(upper));
    expect(block).toEqual({
      userId: upper,
      until: null,
      reason: "insults",
      blockedAt: s.store.now(),
      actor: "ops",
    });
    expect(endings.map(({ sessionId }) => sessionId).sort()).toEqual(live.map((l) => l.sessionId).sort());
    for (const ending of endings)
      expect(ending).toMatchObject({
        cause: "blocked",
        reason: "insults",
        endedBy: "admin",
        actor: "ops",
        endedAt: s.store.now(),
      });
    const sessionIds = live.map(({ sessionId }) => sessionId);
    expect(await s.other.readSessions([...sessionIds, other.sessionId])).toEqual([other]);
    expect((await s.other.readEndings(sessionIds)).map(({ cause }) => cause)).toEqual(["blocked", "blocked"]);
  });

  test("an expired session is not ended by a block", async () => {
    const s = setting();
    const { userId, sessionId } = await s.create();
    await s.advance(30 * minute);
    expect((await s.store.blockUser(request(userId))).endings).toEqual([]);
    expect(await s.store.readSession(sessionId)).toMatchObject({ gone: { state: "expired" } });
  });

  test("while it holds, no session of the user begins: on a new channel, an old one, or with a new key", async () => {
    const s = setting();
    const session = await s.create();
    const { userId, channelId } = session;
    const { block } = await s.store.blockUser(request(userId));
    const refused = { outcome: "user_blocked", block };
    const key = { key: crypto.randomUUID(), fingerprint: "f" };
    expect(await s.other.createSession(newSessionDraft({ userId }), null)).toEqual(refused);
    expect(await s.other.createSession(newSessionDraft({ userId: userId.toUpperCase() }), null)).toEqual(
      refused,
    );
    expect(await s.continueOn(session)).toEqual(refused);
    expect(await s.store.createSession(newSessionDraft({ userId }), key)).toEqual(refused);
    expect(await s.store.createSession(newSessionDraft({ userId, channelId, continues: true }), key)).toEqual(
      refused,
    );
    // The refused key is free afterwards.
    expect(await s.store.unblockUser(userId)).toBe(true);
    created(await s.store.createSession(newSessionDraft({ userId }), key));
  });

  test("a create that is repeated with its key gets its first answer under a block", async () => {
    const s = setting();
    const key = { key: crypto.randomUUID(), fingerprint: "f" };
    const draft = newSessionDraft();
    const session = created(await s.store.createSession(draft, key));
    await s.store.blockUser(request(draft.userId));
    expect(await s.other.createSession(newSessionDraft({ userId: draft.userId }), key)).toEqual({
      outcome: "repeated",
      session,
    });
    expect(await s.store.createSession(draft, { ...key, fingerprint: "other" })).toEqual({
      outcome: "key_reused",
    });
  });

  test("whatever creates are concurrent with a block, none of their sessions lives once it is answered (E13)", async () => {
    const s = setting();
    for (let round = 0; round < 5; round++) {
      const userId = crypto.randomUUID();
      const old = await s.create({ userId });
      await s.ended(old);
      const { channelId } = old;
      const create = (i: number) =>
        (i % 2 ? s.store : s.other).createSession(
          newSessionDraft(i % 4 === 3 ? { userId, channelId, continues: true } : { userId }),
          i % 3 === 0 ? { key: `${userId} ${i}`, fingerprint: "f" } : null,
        );
      const before = Array.from({ length: 8 }, (_, i) => create(i));
      const block = (round % 2 ? s.store : s.other).blockUser(request(userId));
      const after = Array.from({ length: 8 }, (_, i) => create(i + 8));
      const { endings } = await block;
      expect(await s.store.countMatching({ userId })).toMatchObject({ total: 0 });
      const outcomes = await Promise.all([...before, ...after]);
      expect(await s.other.countMatching({ userId })).toMatchObject({ total: 0 });
      const begun = outcomes.flatMap((o) => (o.outcome === "created" ? [o.session.sessionId] : []));
      expect(endings.map(({ sessionId }) => sessionId).sort()).toEqual(begun.sort());
    }
  });
};

const describeEndOfBlocks = (setting: () => Setting): void => {
  test("a second block replaces the first", async () => {
    const s = setting();
    const userId = crypto.randomUUID();
    await s.store.blockUser(request(userId));
    await s.advance(minute);
    const until = s.store.now() + 10 * minute;
    const { block } = await s.other.blockUser({ ...request(userId.toUpperCase(), until), reason: null });
    expect(block).toMatchObject({ until, reason: null, blockedAt: s.store.now() });
    expect((await s.store.listBlocks({ limit: 10 })).blocks).toEqual([block]);
  });

  test("a block that has reached its end is none, and can be deleted", async () => {
    const s = setting();
    const [ends, holds] = [crypto.randomUUID(), crypto.randomUUID()];
    const { block } = await s.store.blockUser(request(holds));
    await s.store.blockUser(request(ends, s.store.now() + minute));
    expect(await s.store.deleteEndedBlocks(10)).toBe(0);
    await s.advance(minute);
    created(await s.other.createSession(newSessionDraft({ userId: ends }), null));
    expect((await s.other.listBlocks({ limit: 10 })).blocks).toEqual([block]);
    expect(await s.store.unblockUser(ends)).toBe(false);
    expect(await s.store.deleteEndedBlocks(10)).toBe(1);
    expect(await s.store.deleteEndedBlocks(10)).toBe(0);
  });

  test("of concurrent unblocks one finds the block", async () => {
    const s = setting();
    const userId = crypto.randomUUID();
    await s.store.blockUser(request(userId));
    const removed = await Promise.all(
      Array.from({ length: 6 }, (_, i) => (i % 2 ? s.store : s.other).unblockUser(userId.toUpperCase())),
    );
    expect(removed.filter(Boolean)).toHaveLength(1);
    created(await s.store.createSession(newSessionDraft({ userId }), null));
  });

  test("blocks are listed newest first, page by page, each once", async () => {
    const s = setting();
    const userIds = Array.from({ length: 5 }, () => crypto.randomUUID());
    for (const [i, userId] of userIds.entries()) {
      await s.store.blockUser(request(userId));
      if (i % 2) await s.advance(minute);
    }
    const listed = [];
    let after: { readonly time: number; readonly id: string } | undefined;
    do {
      const { blocks, next } = await s.other.listBlocks({ limit: 2, after });
      expect(blocks.length).toBeLessThanOrEqual(2);
      listed.push(...blocks);
      after = next ?? undefined;
    } while (after);
    expect(listed.map(({ userId }) => userId).sort()).toEqual(userIds.sort());
    expect(listed).toEqual(listed.toSorted((a, b) => b.blockedAt - a.blockedAt));
  });
};

/** Blocks hold on every node from the moment they are answered (contract §2b, E13). */
export const describeBlocks = (setting: () => Setting): void => {
  describeHolding(setting);
  describeEndOfBlocks(setting);
};
