import postgres from "postgres";
import { z } from "zod";
import { serveJson } from "./json-server.js";
import { endedAnswer, type MessageRow, type SessionRow, sentAnswer, sessionIdOf } from "./session-fields.js";

/** The minimal program on Postgres: each operation is one conditional statement of a bare client. */
const [port = "", , databaseUrl = ""] = process.argv.slice(2);
const sql = postgres(databaseUrl, { max: 10, onnotice: () => {} });
await sql.unsafe(`
CREATE SCHEMA bare;
CREATE TABLE bare.sessions (session_id text PRIMARY KEY, channel_id text, agent_id text, user_id text, created_at bigint,
  last_activity bigint, expires_at bigint, renewal_count int DEFAULT 0, last_seq int DEFAULT 0) WITH (fillfactor = 70);
CREATE TABLE bare.endings (session_id text PRIMARY KEY, channel_id text, agent_id text, user_id text, created_at bigint,
  ended_at bigint, cause text, ended_by text);
CREATE TABLE bare.messages (channel_id text, seq int, id text, author_id text, is_agent int, in_reply_to text, content text,
  metadata text, created_at bigint, PRIMARY KEY (channel_id, seq));`);

const minutes = 60_000;
const createInput = z.object({ agentId: z.guid(), userId: z.guid() });
const sendInput = z.object({ content: z.string().min(1).max(4_000), transport: z.string().optional() });

const append = async (sessionId: string, content: string, inReplyTo: string | null) => {
  const now = Date.now();
  const isAgent = inReplyTo === null ? 0 : 1;
  const [row] = await sql<(MessageRow & SessionRow)[]>`
    WITH place AS (UPDATE bare.sessions SET last_seq = last_seq + 1, last_activity = ${now},
        expires_at = ${now + 30 * minutes} WHERE session_id = ${sessionId} AND expires_at > ${now} RETURNING *),
      stored AS (INSERT INTO bare.messages SELECT channel_id, last_seq, ${crypto.randomUUID()},
        CASE WHEN ${isAgent}::int = 1 THEN agent_id ELSE user_id END, ${isAgent}::int, ${inReplyTo}, ${content}, '{}',
        ${now}::bigint FROM place RETURNING *)
    SELECT place.*, stored.id, stored.author_id, stored.is_agent, stored.in_reply_to, stored.content, stored.metadata
      FROM place, stored`;
  if (!row) throw new Error("No such session");
  return row;
};

const end = async (sessionId: string): Promise<boolean> => {
  const now = Date.now();
  const ended = await sql`
    WITH gone AS (DELETE FROM bare.sessions WHERE session_id = ${sessionId} AND expires_at > ${now} RETURNING *)
    INSERT INTO bare.endings SELECT session_id, channel_id, agent_id, user_id, created_at, ${now}::bigint, 'requested',
      'anonymous' FROM gone RETURNING *`;
  return ended.length === 1;
};

const send = async (sessionId: string, body: string) => {
  const { content } = sendInput.parse(JSON.parse(body));
  const message = await append(sessionId, content, null);
  const reply = await append(sessionId, content, message.id);
  return sentAnswer(message, reply, reply);
};

const create = async (body: string) => {
  const { agentId, userId } = createInput.parse(JSON.parse(body));
  const [sessionId, channelId, now] = [crypto.randomUUID(), crypto.randomUUID(), Date.now()];
  await sql`INSERT INTO bare.sessions (session_id, channel_id, agent_id, user_id, created_at, last_activity, expires_at)
    VALUES (${sessionId}, ${channelId}, ${agentId}, ${userId}, ${now}, ${now}, ${now + 30 * minutes})`;
  return { sessionId, channelId, agentId, userId };
};

serveJson(Number(port), ({ method, url }, answer, body) => {
  const sessionId = sessionIdOf(url);
  const failed = (error: unknown) => answer(500, { error: String(error) });
  if (method === "DELETE")
    end(sessionId).then((isOurs) => answer(isOurs ? 200 : 404, endedAnswer(sessionId)), failed);
  else if (url?.endsWith("/messages")) send(sessionId, body).then((sent) => answer(201, sent), failed);
  else create(body).then((session) => answer(201, session), failed);
});
