import type { MessageDraft, SecretStore, SessionStore } from "@adjourn/sessions";
import { newMessageDraft, newSessionDraft } from "@adjourn/testkit";
import type { TransactionSql } from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTestSchema, findPostgres, type TestSchema } from "../../../test/postgres.js";
import { createPostgresSessionStore } from "../session-store.js";

const url = await findPostgres();

describe.skipIf(url === null)("calls that share statements in Postgres", () => {
  let schema: TestSchema;
  let store: SessionStore & SecretStore;
  let other: SessionStore & SecretStore;

  beforeAll(async () => {
    schema = await createTestSchema(url ?? "");
    const settings = { url: url ?? "", clock: schema.clock, schema: schema.name };
    store = await createPostgresSessionStore(settings);
    other = await createPostgresSessionStore(settings);
    await schema.stopClock();
  });
  afterAll(async () => {
    await store?.close();
    await other?.close();
    await schema?.[Symbol.asyncDispose]();
  });
  beforeEach(() => schema.empty());

  const create = async (count: number) => {
    const drafts = Array.from({ length: count }, () => newSessionDraft());
    await Promise.all(drafts.map((draft) => store.createSession(draft, null)));
    return drafts;
  };
  const end = (sessionId: string, on = store) =>
    on.endSession({
      sessionId,
      reason: null,
      idempotencyKey: null,
      caller: { endedBy: "anonymous", actor: null },
    });
  const answer = async ({ sessionId, id, reply: { messageId } }: MessageDraft, on = store) => {
    const usage = { inputTokens: 2, outputTokens: 1 };
    const text = { content: "yes", inReplyTo: id, finishReason: "stop", usage } as const;
    return (await on.appendReply({ sessionId, messageId, ...text })).outcome;
  };
  const send = async (sessionId: string, on = store) => {
    const draft = newMessageDraft(sessionId);
    const { outcome } = await on.appendMessage(draft);
    return outcome === "stored" ? answer(draft, on) : outcome;
  };

  /** Makes the nth write wait for `lock` until the others are made. */
  const expectOthers = async (
    writes: readonly (() => Promise<unknown>)[],
    nth: number,
    lock: (holder: TransactionSql) => Promise<unknown>,
  ) => {
    const settled: number[] = [];
    const locked = await schema.sql.begin(async (holder) => {
      await lock(holder);
      const results = writes.map((write, n) => write().finally(() => settled.push(n)));
      await Promise.all(results.filter((_, n) => n !== nth));
      expect(settled).not.toContain(nth);
      return { result: results[nth] };
    });
    return locked.result;
  };

  test("a session whose row is locked delays no other session's end or message", async () => {
    const drafts = await create(60);
    const lock = (nth: number) => (holder: TransactionSql) =>
      holder`SELECT 1 FROM sessions WHERE session_id = ${drafts[nth]?.sessionId ?? ""} FOR UPDATE`;
    const sends = drafts.map((draft) => () => send(draft.sessionId));
    expect(await expectOthers(sends, 30, lock(30))).toBe("stored");
    const ends = drafts.map((draft) => () => end(draft.sessionId));
    expect(await expectOthers(ends, 31, lock(31))).toMatchObject({ outcome: "ended" });
  });

  test("a channel whose row is locked delays no other session's message or reply", async () => {
    const drafts = await create(60);
    const lock = (holder: TransactionSql) =>
      holder`SELECT 1 FROM channels WHERE id = ${drafts[30]?.channelId ?? ""} FOR UPDATE`;
    const messages = drafts.map(({ sessionId }) => newMessageDraft(sessionId));
    const sends = messages.map((message) => () => store.appendMessage(message));
    expect(await expectOthers(sends, 30, lock)).toMatchObject({ outcome: "stored" });
    const answers = messages.map((message) => () => answer(message));
    expect(await expectOthers(answers, 30, lock)).toBe("stored");
  });

  test("a call that the database refuses fails alone", async () => {
    const drafts = await create(30);
    const results = await Promise.allSettled(
      drafts.map(({ sessionId }, n) =>
        store.appendMessage(newMessageDraft(sessionId, { content: n === 20 ? "a\0b" : "fine" })),
      ),
    );
    const refused = results.flatMap(({ status }, n) => (status === "rejected" ? [n] : []));
    expect(refused).toEqual([20]);
  });

  test("each of many concurrent ends on two nodes is won once, with its own reason", async () => {
    const drafts = await create(40);
    const request = (n: number, node: string) => ({
      sessionId: drafts[n]?.sessionId ?? "",
      reason: `${node} ${n}`,
      idempotencyKey: null,
      caller: { endedBy: "admin", actor: node } as const,
    });
    const outcomes = await Promise.all(
      drafts.map((_, n) =>
        Promise.all([store.endSession(request(n, "one")), other.endSession(request(n, "two"))]),
      ),
    );
    for (const [n, both] of outcomes.entries()) {
      const won = both.flatMap((result) => (result.outcome === "ended" ? [result.ending] : []));
      expect(won).toHaveLength(1);
      expect(won[0]).toMatchObject({ reason: `${won[0]?.actor} ${n}`, sessionId: drafts[n]?.sessionId });
      expect(await store.readEndings([drafts[n]?.sessionId ?? ""])).toEqual(won);
    }
  });

  test("messages, replies and ends on two nodes at once leave no gap in a session, and nothing after its end", async () => {
    const drafts = await create(12);
    const writes = Array.from({ length: 240 }, (_, n) => async () => {
      const { sessionId = "" } = drafts[n % drafts.length] ?? {};
      await send(sessionId, n % 3 === 0 ? other : store);
    });
    const ends = drafts.slice(0, 6).map(({ sessionId }) => async () => {
      await send(sessionId);
      await end(sessionId, other);
    });
    await Promise.all([...writes, ...ends].map((work) => work()));
    for (const [n, { sessionId, channelId }] of drafts.entries()) {
      const messages = await store.readMessagesAfter(channelId, 0, 1_000);
      expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
      const times = messages.map(({ createdAt }) => createdAt);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
      const asked = new Map(messages.map(({ id, seq }) => [id, seq]));
      for (const { inReplyTo, seq } of messages)
        if (inReplyTo) expect(asked.get(inReplyTo)).toBeLessThan(seq);
      const session = await store.readSession(sessionId);
      const counted =
        session.outcome === "live" ? session.session : (await store.readEndings([sessionId]))[0];
      expect(counted).toMatchObject({ lastSeq: messages.length, messageCount: messages.length });
      if (n >= 6) expect(messages).toHaveLength(40);
      const replies = messages.filter(({ isAgent }) => isAgent);
      if (session.outcome === "gone" && replies.length > 0)
        expect(counted).toMatchObject({
          usage: { inputTokens: 2 * replies.length, outputTokens: replies.length },
        });
    }
  });

  test("the replies in flight of many sessions are read together, each with its own", async () => {
    const drafts = await create(30);
    const messages = drafts.map(({ sessionId }) => newMessageDraft(sessionId));
    await Promise.all(messages.slice(0, 20).map((draft) => store.appendMessage(draft)));
    const pending = await Promise.all(drafts.map(({ sessionId }) => store.readPendingReplies(sessionId)));
    expect(pending.map((replies) => replies.map(({ messageId }) => messageId))).toEqual(
      messages.map(({ reply }, n) => (n < 20 ? [reply.messageId] : [])),
    );
  });

  test("activity changes no column that an index contains", async () => {
    const [{ sessionId } = newSessionDraft()] = await create(1);
    const read = async () =>
      (await schema.sql`SELECT * FROM sessions WHERE session_id = ${sessionId}`)[0] ?? {};
    const before = await read();
    await schema.advance(60_000);
    await store.recordHeartbeat(sessionId);
    await send(sessionId);
    await store.renewSession(sessionId);
    const after = await read();
    const changed = Object.keys(before).filter((column) => before[column] !== after[column]);
    expect(changed).toContain("expires_at");
    const indexes = await schema.sql`SELECT indexdef FROM pg_indexes
      WHERE schemaname = ${schema.name} AND tablename = 'sessions'`;
    for (const { indexdef } of indexes)
      for (const column of changed) expect(indexdef).not.toMatch(new RegExp(`\\b${column}\\b`));
  });

  test("sessions that were renewed since they seemed due are looked at again when they are", async () => {
    const drafts = await create(3);
    // A node of the version before inserts sessions without this time.
    await schema.sql`UPDATE sessions SET due_at = 0`;
    expect(await store.hasDue()).toBe(false);
    const [{ due = 0 } = {}] =
      await schema.sql`SELECT min(due_at)::float AS due FROM sessions WHERE due_at = least(warn_at, expires_at)`;
    await schema.advance(due - schema.clock.now() - 1);
    for (const { sessionId } of drafts.slice(1)) await store.recordHeartbeat(sessionId);
    await schema.advance(1);
    expect(await store.hasDue()).toBe(true);
    expect(await store.claimWarnings(10)).toMatchObject([{ sessionId: drafts[0]?.sessionId }]);
    expect(await store.hasDue()).toBe(false);
    expect(await store.expireSessions(10)).toEqual([]);
  });
});
