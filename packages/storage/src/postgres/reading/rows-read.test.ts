import { newMessageDraft, newSessionDraft } from "@adjourn/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ExplainedDatabase } from "../../../test/explained-database.js";
import { createTestSchema, findPostgres, type TestSchema } from "../../../test/postgres.js";
import { migrate } from "../migrations/migrate.js";
import * as endings from "../tables/endings-table.js";
import * as messages from "../tables/messages-table.js";
import * as replies from "../tables/replies-table.js";
import * as sessions from "../tables/sessions-table.js";
import { appendMessage } from "../writing/append-message.js";
import { createSession } from "../writing/create-session.js";
import { deleteEndedBefore, deleteIdempotencyKeysBefore, eraseChannel } from "../writing/retention.js";
import { readSent } from "../writing/sent-messages.js";
import { countSessions, listEndings, listSessions } from "./lists.js";

/** Rows of each kind: a hundredth for each agent, and three for each user. */
const total = 20_000;
/** The most rows that a call may read: far fewer than the table has. */
const few = 400;

/** The id of the nth row of a kind. */
const uuid = (kind: string, nth: string): string =>
  `'${kind}0000000-0000-4000-8000-' || lpad((${nth})::text, 12, '0')`;

const fill = `
  INSERT INTO channels SELECT ${uuid("c", "n")}, ${uuid("b", "n / 3")}, n FROM generate_series(1, ${2 * total}) n;
  INSERT INTO sessions (session_id, channel_id, agent_id, user_id, created_at, last_activity, expires_at,
      timeout_minutes, auto_renew, max_duration_minutes, warning_threshold_minutes, warn_at, due_at, last_seq, metadata)
    SELECT ${uuid("5", "n")}, ${uuid("c", "n")}, ${uuid("a", "n % 100")}, ${uuid("b", "n / 3")}, now - n, now,
      now + 1000000 + n, 30, true, 720, 5, now + 700000 + n, now + 700000 + n, 1, '{}'
    FROM generate_series(1, ${total}) n, (SELECT adjourn_now() AS now) AS clock;
  INSERT INTO endings SELECT ${uuid("5", "n")}, ${uuid("c", "n")}, ${uuid("a", "n % 100")}, ${uuid("b", "n / 3")},
      n, n, 1, n, (ARRAY['requested', 'bulk', 'expired'])[1 + n % 3], null, 'anonymous', null, 1
    FROM generate_series(${total + 1}, ${2 * total}) n;
  INSERT INTO messages SELECT ${uuid("d", "n")}, ${uuid("c", "n")}, 1, ${uuid("5", "n")}, ${uuid("b", "n / 3")},
      false, null, 'x', '{}', '{}', null, n FROM generate_series(1, ${2 * total}) n;
  INSERT INTO idempotency_keys SELECT 'createSession', n, '', 'hash', ${uuid("5", "n")}, ${uuid("c", "n")}, '{}', n
    FROM generate_series(1, ${total}) n;
  ANALYZE`;

const id = (kind: string, nth: number): string =>
  `${kind}0000000-0000-4000-8000-${String(nth).padStart(12, "0")}`;

const url = await findPostgres();

describe.skipIf(url === null)(
  "with many thousand rows in Postgres a call reads only those that it needs",
  () => {
    let schema: TestSchema;
    let database: ExplainedDatabase;

    beforeAll(async () => {
      schema = await createTestSchema(url ?? "");
      // Each statement also runs once for its plan, and the machine may be busy.
      const limits = { deadlineMs: 60_000, maxConnections: 2 };
      database = new ExplainedDatabase({
        url: url ?? "",
        clock: schema.clock,
        schema: schema.name,
        ...limits,
      });
      await migrate(database);
      await schema.sql.unsafe(fill);
    }, 60_000);
    afterAll(async () => {
      await database?.close();
      await schema?.[Symbol.asyncDispose]();
    });

    const [sessionId, channelId] = [id("5", 99), id("c", 99)];
    const [agentId, userId] = [id("a", 7), id("b", 50)];
    const [endedChannel, endedUser] = [id("c", total + 99), id("b", Math.floor((total + 99) / 3))];
    const caller = { endedBy: "admin", actor: null } as const;
    const end = { reason: null, caller, createdUntil: Number.MAX_SAFE_INTEGER, limit: 10 };
    const page = { limit: 10, after: { time: Date.now(), id: "x" } };
    const idempotency = { key: "s", fingerprint: "f" };
    const reply = { messageId: "n", nodeId: "node" };
    const message = newMessageDraft(sessionId, { id: "m", reply, idempotency });
    const ofReply = { sessionId, messageId: "n" };
    const failure = { code: "AGENT_FAILED", message: "no", details: {} } as const;
    const finished = { ...ofReply, inReplyTo: "m", content: "x", finishReason: "stop", usage: null } as const;
    const draft = (changes: object) => ({
      ...newSessionDraft(changes),
      timeoutConfig: newSessionDraft().timeoutConfig,
    });

    test.each<[string, () => Promise<unknown>]>([
      ["creating", () => createSession(database, draft({}), { key: "k", fingerprint: "f" })],
      [
        "continuing a channel",
        () =>
          createSession(
            database,
            draft({ channelId: endedChannel, userId: endedUser, continues: true }),
            null,
          ),
      ],
      ["reading a session", () => sessions.readLive(database, sessionId)],
      ["reading many sessions", () => sessions.readLiveOf(database, [sessionId, id("5", 5)])],
      ["finding the session of a channel", () => sessions.readChannelHolder(database, id("c", 5))],
      ["looking at what is held", () => sessions.readLastSeqs(database, [sessionId, id("5", 5)])],
      ["renewing", () => sessions.renewSession(database, sessionId)],
      ["a heartbeat", () => sessions.recordHeartbeat(database, sessionId)],
      ["changing the timeout", () => sessions.updateTimeout(database, sessionId, { timeoutMinutes: 40 })],
      ["appending", () => appendMessage(database, message)],
      ["looking for a retry's answer", () => readSent(database, sessionId, idempotency)],
      ["reading the replies in flight", () => replies.readPendingReplies(database, sessionId)],
      ["renewing replies", () => replies.renewReplies(database, [ofReply])],
      ["cancelling a reply", () => replies.cancelReply(database, { ...ofReply, partial: "keep" })],
      ["reading a reply", () => replies.readReply(database, sessionId, "n")],
      ["appending a reply", () => replies.appendReply(database, finished)],
      ["failing a reply", () => replies.failReply(database, { ...ofReply, failure })],
      ["paging", () => messages.listMessages(database, { channelId, limit: 10 })],
      [
        "paging by time",
        () => messages.listMessages(database, { channelId, limit: 10, before: { time: 9 } }),
      ],
      ["replaying", () => messages.readAfter(database, channelId, 0, 10)],
      ["reading the history", () => messages.readHistory(database, channelId, 9, 10)],
      ["looking for what is due", () => sessions.readDue(database)],
      ["expiring", () => endings.expireSessions(database, 10)],
      ["claiming warnings", () => sessions.claimWarnings(database, 10)],
      [
        "ending",
        () =>
          endings.endSession(database, {
            sessionId,
            reason: null,
            caller,
            idempotencyKey: "k",
          }),
      ],
      ["counting an agent's", () => endings.countMatching(database, { agentId })],
      ["counting a user's", () => endings.countMatching(database, { userId })],
      ["counting those that reply", () => endings.countMatching(database, { isReplying: true })],
      ["ending those that reply", () => endings.endMatching(database, { isReplying: true }, end)],
      ["counting an agent's replies", () => endings.countPendingReplies(database, { agentId })],
      ["finding matches", () => endings.readMatchingIds(database, { agentId, sessionIds: [id("5", 7)] })],
      ["ending an agent's", () => endings.endMatching(database, { agentId }, end)],
      ["ending a user's", () => endings.endMatching(database, { userId }, end)],
      ["ending by ids", () => endings.endMatching(database, { sessionIds: [id("5", 4)] }, end)],
      ["reading endings", () => endings.readEndings(database, [id("5", total + 1)])],
      ["listing endings", () => listEndings(database, {}, page)],
      ["listing endings by cause", () => listEndings(database, { cause: "bulk" }, page)],
      ["listing an agent's endings", () => listEndings(database, { agentId, cause: "bulk" }, page)],
      ["listing a user's endings", () => listEndings(database, { userId: endedUser }, page)],
      ["searching endings", () => listEndings(database, { search: id("c", total + 9) }, page)],
      ["erasing", () => eraseChannel(database, id("c", total + 500))],
      ["retention", () => deleteEndedBefore(database, 2 * total, 10)],
      ["sweeping keys", () => deleteIdempotencyKeysBefore(database, total, 100)],
    ])("%s", async (_, use) => {
      database.reads.length = 0;
      await use();
      expect(database.reads.length).toBeGreaterThan(0);
      expect(database.reads.filter(({ rows }) => rows > few)).toEqual([]);
    });

    test.each([
      ["a page", {}],
      ["an agent's sessions", { agentId }],
      ["a user's sessions", { userId }],
      ["a search", { search: id("c", 9) }],
      ["those that reply", { isReplying: true } as const],
      ["named sessions", { sessionIds: [id("5", 4), id("5", 9)] }],
    ])("listing %s, but for the totals of the whole store", async (_, filter) => {
      database.reads.length = 0;
      await countSessions(database);
      const ofTotals = database.reads.filter(({ rows }) => rows > few).length;
      database.reads.length = 0;
      await listSessions(database, filter, page);
      expect(database.reads.filter(({ rows }) => rows > few)).toHaveLength(ofTotals);
    });
  },
);
