import { join } from "node:path";
import { z } from "zod";
import { type Answer, serveJson } from "./json-server.js";
import {
  endedAnswer,
  type MessageRow,
  messageInfo,
  type SessionRow,
  sentAnswer,
  sessionIdOf,
  sessionInfo,
} from "./session-fields.js";
import { createTurns, openDatabase } from "./turn-transactions.js";

/** The minimal program on SQLite: no checks beyond the input's shape, no realtime, no other index. */
const [port = "", folder = ""] = process.argv.slice(2);
const database = openDatabase(join(folder, "floor.db"));
database.exec(`
CREATE TABLE sessions (session_id TEXT PRIMARY KEY, channel_id TEXT, agent_id TEXT, user_id TEXT, created_at INTEGER,
  last_activity INTEGER, expires_at INTEGER, renewal_count INTEGER, last_seq INTEGER) WITHOUT ROWID;
CREATE TABLE endings (session_id TEXT PRIMARY KEY, channel_id TEXT, agent_id TEXT, user_id TEXT, created_at INTEGER,
  ended_at INTEGER, cause TEXT, reason TEXT, ended_by TEXT, message_count INTEGER) WITHOUT ROWID;
CREATE TABLE messages (channel_id TEXT, seq INTEGER, id TEXT, author_id TEXT, is_agent INTEGER, in_reply_to TEXT,
  content TEXT, metadata TEXT, created_at INTEGER, PRIMARY KEY (channel_id, seq)) WITHOUT ROWID;`);
const inTurn = createTurns(database);

const create = database.prepare("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)");
const read = database.prepare("SELECT * FROM sessions WHERE session_id = ? AND expires_at > ?");
const renew =
  database.prepare(`UPDATE sessions SET last_activity = ?, expires_at = ?, renewal_count = renewal_count + 1
  WHERE session_id = ? AND expires_at > ? RETURNING *`);
const take = database.prepare("DELETE FROM sessions WHERE session_id = ? AND expires_at > ? RETURNING *");
const keep = database.prepare(
  "INSERT INTO endings VALUES (?, ?, ?, ?, ?, ?, 'requested', NULL, 'anonymous', 0)",
);
const place = database.prepare(`UPDATE sessions SET last_seq = last_seq + 1, last_activity = ?, expires_at = ?
  WHERE session_id = ? AND expires_at > ? RETURNING *`);
const insert = database.prepare("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, '{}', ?) RETURNING *");
const page = database.prepare("SELECT * FROM messages WHERE channel_id = ? ORDER BY seq DESC LIMIT 50");

const minutes = 60_000;
const createInput = z.object({ agentId: z.guid(), userId: z.guid() });
const sendInput = z.object({ content: z.string().min(1).max(4_000), transport: z.string().optional() });

const append = (sessionId: string, content: string, inReplyTo: string | null) => {
  const now = Date.now();
  const session = place.get(now, now + 30 * minutes, sessionId, now) as SessionRow;
  const { channel_id, last_seq, user_id, agent_id } = session;
  const author = inReplyTo === null ? user_id : agent_id;
  const isAgent = inReplyTo === null ? 0 : 1;
  const row = insert.get(channel_id, last_seq, crypto.randomUUID(), author, isAgent, inReplyTo, content, now);
  return { session, message: row as MessageRow };
};

const send = (sessionId: string, text: string, answer: Answer): void => {
  const { content } = sendInput.parse(JSON.parse(text));
  let sent: ReturnType<typeof append>;
  let replied: ReturnType<typeof append>;
  inTurn(
    () => {
      sent = append(sessionId, content, null);
    },
    () =>
      inTurn(
        () => {
          replied = append(sessionId, content, sent.message.id);
        },
        () => answer(201, sentAnswer(sent.message, replied.message, replied.session)),
      ),
  );
};

serveJson(Number(port), ({ method, url }, answer, body) => {
  const sessionId = sessionIdOf(url);
  const now = Date.now();
  let row: SessionRow | undefined;
  if (method === "DELETE")
    inTurn(
      () => {
        row = take.get(sessionId, now) as SessionRow | undefined;
        if (row) keep.run(sessionId, row.channel_id, row.agent_id, row.user_id, row.created_at, now);
      },
      () => answer(row ? 200 : 404, endedAnswer(sessionId)),
    );
  else if (url?.endsWith("/heartbeat"))
    inTurn(
      () => {
        row = renew.get(now, now + 30 * minutes, sessionId, now) as SessionRow | undefined;
      },
      () => answer(row ? 200 : 404, row && sessionInfo(row)),
    );
  else if (url?.endsWith("/messages") && method === "POST") send(sessionId, body, answer);
  else if (url?.endsWith("/messages")) {
    const { channel_id } = read.get(sessionId, now) as SessionRow;
    const messages = (page.all(channel_id) as MessageRow[]).map(messageInfo);
    answer(200, { messages, hasMore: true, cursors: { before: 1, after: 2 } });
  } else if (method === "POST") {
    const { agentId, userId } = createInput.parse(JSON.parse(body));
    const ids = [crypto.randomUUID(), crypto.randomUUID()] as const;
    inTurn(
      () => void create.run(...ids, agentId, userId, now, now, now + 30 * minutes),
      () => answer(201, { sessionId: ids[0], channelId: ids[1], agentId, userId }),
    );
  } else {
    row = read.get(sessionId, now) as SessionRow | undefined;
    answer(row ? 200 : 404, row && sessionInfo(row));
  }
});
