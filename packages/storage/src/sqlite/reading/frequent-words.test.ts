import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SessionStore, systemCaller } from "@adjourn/sessions";
import { createFakeClock, newMessageDraft, newSessionDraft } from "@adjourn/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SqliteConnection } from "../connection/connection.js";
import { openReader, openWriter } from "../connection/open-connections.js";
import { assembleStore } from "../session-store.js";

const minute = 60_000;
const folder = mkdtempSync(join(tmpdir(), "adjourn-"));
const path = join(folder, "adjourn.db");
const clock = createFakeClock();
let writer: SqliteConnection;
let store: SessionStore;

const say = async (content: string, userId?: string): Promise<string> => {
  await clock.advance(1);
  const draft = newSessionDraft(userId === undefined ? {} : { userId });
  await store.createSession(draft, null);
  await store.appendMessage(newMessageDraft(draft.sessionId, { content }));
  return draft.sessionId;
};

const userId = crypto.randomUUID();
let oldest: string;
let plain: string;
let newest: string;

beforeAll(async () => {
  writer = openWriter(path);
  store = assembleStore(writer, openReader(path), clock, () => {});
  oldest = await say("common words, rare ones", userId);
  plain = await say("something else");
  // More rows than one turn of the event loop reads.
  await Promise.all(
    Array.from({ length: 1_100 }, () => store.createSession(newSessionDraft({ userId: plain }), null)),
  );
  newest = await say("common words");
  while (await store.indexConversations());
  // As many documents of the newest conversation as make its words frequent.
  const number = "(SELECT max(number) FROM search_conversations)";
  writer.exec(`
    WITH RECURSIVE nth (n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM nth WHERE n < 53000)
    INSERT INTO search_documents (id, words) SELECT (${number} << 20) + n, 'common words' FROM nth;
    INSERT INTO search_index (rowid, words)
    SELECT id, words FROM search_documents WHERE id >= (${number} << 20) + 1000;`);
}, 60_000);
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const list = async (words: readonly string[], filter: object = {}, page: object = {}) => {
  const { sessions, total, next } = await store.listSessions({ words, ...filter }, { limit: 10, ...page });
  return { ids: sessions.map(({ sessionId }) => sessionId), total, next };
};

it.each([
  ["a frequent word", ["common"]],
  ["the beginning of a frequent word", ["comm"]],
  ["several frequent words", ["common", "wor"]],
])("%s finds the oldest conversation too", async (_, words) => {
  expect(await list(words)).toMatchObject({ ids: [newest, oldest], total: 2, next: null });
  expect(await list(words, {}, { sort: "expiresAt" })).toMatchObject({ ids: [oldest, newest], total: 2 });
  expect(await list(words, { search: oldest.slice(0, 20) })).toMatchObject({ ids: [oldest], total: 1 });
  expect(await list(words, { userId })).toMatchObject({ ids: [oldest], total: 1 });
});

it("a frequent word is compared in the conversations of a rare one", async () => {
  expect(await list(["common", "rare"])).toMatchObject({ ids: [oldest], total: 1 });
  expect(await list(["rare", "common"])).toMatchObject({ ids: [oldest], total: 1 });
  expect(await list(["rare", "else"])).toMatchObject({ ids: [], total: 0 });
});

it("pages of a frequent word follow each other without a gap", async () => {
  const first = await list(["common"], {}, { limit: 1 });
  expect(first).toMatchObject({ ids: [newest], total: 2 });
  const second = await list(["common"], {}, { limit: 1, after: first.next });
  expect(second).toMatchObject({ ids: [oldest], total: 2, next: null });
});

it("a search for a frequent word leaves other calls their turns", async () => {
  let turns = 0;
  let isDone = false;
  const found = list(["common"]).finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    turns += 1;
  }
  expect((await found).total).toBe(2);
  // At least two for the page and two for the total.
  expect(turns).toBeGreaterThanOrEqual(4);
});

it("endings are found by a frequent word", async () => {
  await clock.advance(minute);
  for (const sessionId of [oldest, newest])
    await store.endSession({ sessionId, reason: null, caller: systemCaller, idempotencyKey: null });
  const { endings } = await store.listEndings({ words: ["common"] }, { limit: 10 });
  expect(endings.map(({ sessionId }) => sessionId).sort()).toEqual([oldest, newest].sort());
});
