import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionStore } from "@adjourn/sessions";
import { createFakeClock, newMessageDraft, newSessionDraft } from "@adjourn/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SqliteConnection } from "../connection/connection.js";
import { openReader, openWriter } from "../connection/open-connections.js";
import { assembleStore } from "../session-store.js";

let folder: string;
let writer: SqliteConnection;
let reader: SqliteConnection;
let store: SessionStore;
const clock = createFakeClock();
const counts = { listenersDropped: 1, operationsAborted: 1 };
const caller = { endedBy: "admin", actor: null } as const;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "adjourn-"));
  writer = openWriter(join(folder, "adjourn.db"));
  reader = openReader(join(folder, "adjourn.db"));
  store = assembleStore(writer, reader, clock, () => {});
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** The plans of the statements that the store runs during `use`. */
const plansOf = async (use: () => Promise<unknown>): Promise<string[]> => {
  const before = new Set([...writer.prepared, ...reader.prepared]);
  await use();
  const statements = [...writer.prepared, ...reader.prepared].filter(
    (sql) => !before.has(sql) && /^(SELECT|INSERT|UPDATE|DELETE)/.test(sql),
  );
  expect(statements.length).toBeGreaterThan(0);
  return statements.flatMap((sql) =>
    reader.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => detail),
  );
};

/** Excludes scans of a list of ids and of a batch that was read before, which are short. */
const scans = (plan: readonly string[]): string[] =>
  plan.filter(
    (step) =>
      /^SCAN (?!json_each|CONSTANT ROW|oldest$|slice$)/.test(step) || /TEMP B-TREE FOR ORDER/.test(step),
  );

const draft = newSessionDraft();
const { sessionId, channelId, agentId, userId } = draft;
const id = { sessionId };
const page = { limit: 10, after: { time: 1, id: "x" } };
const end = { reason: null, caller, limit: 10 };

describe("no table is scanned, however many rows it has", () => {
  test.each<[string, () => Promise<unknown>]>([
    ["creating", () => store.createSession(draft, { key: "k", fingerprint: "f" })],
    ["continuing a channel", () => store.createSession({ ...draft, continues: true }, null)],
    ["reading a session", () => store.readSession(sessionId)],
    ["reading many sessions", () => store.readSessions([sessionId])],
    ["finding the session of a channel", () => store.readChannelHolder(channelId)],
    ["looking at what is held", () => store.readLastSeqs([sessionId])],
    ["renewing", () => store.renewSession(sessionId)],
    ["a heartbeat", () => store.recordHeartbeat(sessionId)],
    ["changing the timeout", () => store.updateTimeout(sessionId, {})],
    ["ending", () => store.endSession({ ...id, reason: null, caller, idempotencyKey: "k" })],
    ["ending by user", () => store.endMatching({ userId }, end)],
    ["ending by agent", () => store.endMatching({ agentId }, end)],
    ["ending by ids", () => store.endMatching({ sessionIds: [sessionId] }, end)],
    [
      "ending by age",
      () => store.endMatching({ createdUntil: 1, idleSince: 1 }, { ...end, after: page.after }),
    ],
    ["counting by age", () => store.countMatching({ createdUntil: 1, idleSince: 1 })],
    ["blocking", () => store.blockUser({ userId, until: null, reason: null, caller })],
    ["unblocking", () => store.unblockUser(userId)],
    ["deleting ended blocks", () => store.deleteEndedBlocks(10)],
    ["counting by user", () => store.countMatching({ userId })],
    ["counting an agent's replies", () => store.countPendingReplies({ agentId })],
    ["finding matches", () => store.readMatchingIds({ agentId, sessionIds: [sessionId] })],
    ["looking for what is due", () => store.hasDue()],
    ["expiring", () => store.expireSessions(10)],
    ["claiming warnings", () => store.claimWarnings(10)],
    ["listing on from a session", () => store.listSessions({}, page)],
    ["listing an agent's sessions", () => store.listSessions({ agentId }, { limit: 10 })],
    ["listing a user's sessions", () => store.listSessions({ userId }, page)],
    ["listing on from an ending", () => store.listEndings({}, page)],
    ["listing endings by cause", () => store.listEndings({ cause: "bulk" }, { limit: 10 })],
    ["listing a user's endings", () => store.listEndings({ userId }, page)],
    ["reading endings", () => store.readEndings([sessionId])],
    ["reporting counts", () => store.addEndingCounts([{ sessionId, ...counts }])],
    ["looking for a retry's answer", () => store.readCreated({ key: "k", fingerprint: "f" })],
    ["replaying", () => store.readMessagesAfter(channelId, 1, 10)],
    ["reading the history", () => store.readHistory(channelId, 1, 10)],
    ["erasing", () => store.eraseChannel(channelId)],
    ["retention", () => store.deleteEndedBefore(1, 10)],
    ["sweeping keys", () => store.deleteIdempotencyKeysBefore(1, 10)],
  ])("%s", async (_, use) => {
    // Every list also reads the totals of the store, which have their own test.
    await store.countSessions();
    expect(scans(await plansOf(use))).toEqual([]);
  });

  test("appending, and paging in every direction", async () => {
    await store.createSession(draft, null);
    const idempotency = { key: "s", fingerprint: "f" };
    const message = newMessageDraft(sessionId, { id: "m", idempotency });
    const ofReply = { sessionId, messageId: message.reply.messageId };
    const failure = { code: "AGENT_FAILED", message: "no", details: {} } as const;
    const reply = { ...ofReply, inReplyTo: "m", content: "x", finishReason: "stop", usage: null } as const;
    const plan = await plansOf(async () => {
      await store.appendMessage(message);
      await store.readSent(sessionId, idempotency);
      await store.readPendingReplies(sessionId);
      await store.renewReplies([ofReply]);
      await store.cancelReply({ ...ofReply, partial: "keep" });
      await store.readReply(sessionId, "m");
      await store.appendReply(reply);
      await store.failReply({ ...ofReply, failure });
      for (const before of [undefined, { time: 1 }, { id: "m" }])
        for (const after of [undefined, { time: 1 }, { id: "m" }])
          await store.listMessages({ channelId, limit: 10, before, after });
    });
    expect(scans(plan)).toEqual([]);
  });
});

test("a search uses an index for the start of each id, and reads only the rows that it found", async () => {
  await store.countSessions();
  const indexes = {
    listSessions: [
      "sqlite_autoindex_sessions_1",
      "sessions_holding_channel",
      "sessions_by_agent",
      "sessions_by_user",
    ],
    listEndings: ["sqlite_autoindex_endings_1", "endings_by_channel", "endings_by_agent", "endings_by_user"],
  };
  for (const list of ["listSessions", "listEndings"] as const) {
    const plan = await plansOf(() => store[list]({ search: "abc" }, { limit: 10 }));
    expect(plan.filter((step) => step.startsWith("SCAN"))).toEqual([]);
    for (const index of indexes[list])
      expect(plan.join("\n")).toMatch(new RegExp(`SEARCH \\w+ USING COVERING INDEX ${index} `));
  }
});

test("those that reply, or are named, are found by their ids, and only they are read", async () => {
  await store.countSessions();
  const reads = [
    () => store.listSessions({ isReplying: true }, { limit: 10 }),
    () => store.listSessions({ sessionIds: [sessionId] }, page),
    () => store.countMatching({ isReplying: true }),
    () => store.endMatching({ isReplying: true }, { ...end, after: page.after }),
  ];
  for (const read of reads) {
    const plan = await plansOf(read);
    expect(plan.filter((step) => /^SCAN (?!json_each)/.test(step))).toEqual([]);
    expect(plan.join("\n")).toMatch(/SEARCH sessions USING .*INDEX sqlite_autoindex_sessions_1 /);
  }
});

test("the first page is read from the newest row, without sorting", async () => {
  await store.countSessions();
  const plans = await plansOf(async () => {
    await store.listSessions({}, { limit: 10 });
    await store.listEndings({}, { limit: 10 });
  });
  expect(plans).toEqual([
    "SCAN sessions USING INDEX sessions_by_creation",
    "SCAN endings USING INDEX endings_by_time",
  ]);
});

test("counts read the expired and nearly expired rows, and an index for the total", async () => {
  const plan = await plansOf(() => store.countSessions());
  for (const step of plan) expect(step).toMatch(/^SEARCH |USING COVERING INDEX/);
});

test("a heartbeat and a message write to no index but that of the sessions whose warning was given", async () => {
  await store.createSession(draft, null);
  const before = new Set(writer.prepared);
  await store.recordHeartbeat(sessionId);
  await store.appendMessage(newMessageDraft(sessionId));
  const updates = writer.prepared.filter((sql) => !before.has(sql) && sql.startsWith("UPDATE sessions"));
  expect(updates.length).toBe(2);
  const names = new Map(
    reader
      .all<{ name: string; rootpage: number }>("SELECT name, rootpage FROM sqlite_schema")
      .map(({ name, rootpage }) => [rootpage, name]),
  );
  for (const sql of updates) {
    const steps = reader.all<{ opcode: string; p1: number; p2: number }>(`EXPLAIN ${sql}`);
    const opened = new Map(
      steps.filter(({ opcode }) => opcode === "OpenWrite").map(({ p1, p2 }) => [p1, names.get(p2)]),
    );
    const written = steps.filter(({ opcode }) => opcode === "IdxInsert").map(({ p1 }) => opened.get(p1));
    expect(written).toEqual(["sessions_warned"]);
  }
});
