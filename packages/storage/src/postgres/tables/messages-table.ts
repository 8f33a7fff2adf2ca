import {
  type JsonObject,
  type LastMessage,
  limits,
  type Message,
  type MessageBound,
  type MessageDraft,
  type MessagePageOutcome,
  type MessageRange,
} from "@adjourn/sessions";
import {
  type MessageColumns,
  parseJson,
  type SessionColumns,
  storedBytes,
  toLastMessage,
  toMessage,
  toSession,
} from "../../rows/session-rows.js";
import type { Queryable } from "../connection/queryable.js";

interface StoredColumns extends MessageColumns {
  readonly session_id: string;
  readonly session_metadata: string;
}

interface SizedColumns extends StoredColumns {
  readonly found: number;
}

/** The next seq and time of a session's row. */
export const nextPlace =
  "last_seq = last_seq + 1, last_at = greatest(adjourn_now(), last_at + 1), message_count = message_count + 1";

const statements = {
  byId: "SELECT * FROM messages WHERE id = :id",
  channel: "SELECT 1 FROM channels WHERE id = :channelId",
  seqOfId: "SELECT seq FROM messages WHERE id = :id AND channel_id = :channelId",
  seqFromTime: `SELECT seq FROM messages WHERE channel_id = :channelId AND created_at >= :time
    ORDER BY created_at LIMIT 1`,
  seqUntilTime: `SELECT seq FROM messages WHERE channel_id = :channelId AND created_at <= :time
    ORDER BY created_at DESC LIMIT 1`,
  newest: `SELECT * FROM messages WHERE channel_id = :channelId AND seq > :above AND seq < :below
    ORDER BY seq DESC LIMIT :limit`,
  oldest: `SELECT * FROM messages WHERE channel_id = :channelId AND seq > :above
    ORDER BY seq LIMIT :limit`,
  lastOf: `SELECT asked.id AS channel_id, last.* FROM json_array_elements_text(:channelIds::text::json) AS asked (id)
    CROSS JOIN LATERAL (
      SELECT left(content, ${limits.previewCharacters}) AS content, is_agent, created_at FROM messages
      WHERE channel_id = asked.id ORDER BY seq DESC LIMIT 1) AS last`,
} as const;

/** The first rows of `statement` that add up to at most `maxBytes`, at least one; `found` is the number of all. */
const within = (statement: string, order: string): string => `SELECT * FROM (
    SELECT *, count(*) OVER ()::integer AS found, row_number() OVER (ORDER BY seq ${order}) AS place,
      sum(${bytesOfRow}) OVER (ORDER BY seq ${order} ROWS UNBOUNDED PRECEDING) AS bytes
    FROM (${statement}) AS page) AS sized
  WHERE place = 1 OR bytes <= :maxBytes ORDER BY place`;

const bytesOfRow = `octet_length(content) + octet_length(session_metadata) + octet_length(metadata)
  + coalesce(octet_length(attachments), 0)`;

const boundedStatements = {
  newest: within(statements.newest, "DESC"),
  oldest: within(statements.oldest, "ASC"),
} as const;

const beyondAll = Number.MAX_SAFE_INTEGER;

const mergeMetadata = (session: JsonObject, message: JsonObject, sessionId: string): JsonObject => ({
  ...session,
  ...message,
  sessionId,
});

const fromRow = (row: StoredColumns): Message => {
  const message = toMessage(row);
  const ofSession = parseJson<JsonObject>(row.session_metadata);
  return { ...message, metadata: mergeMetadata(ofSession, message.metadata, row.session_id) };
};

/** What a message says, whoever wrote it. */
export type Written = Pick<Message, "id" | "isAgent" | "inReplyTo" | "content" | "finishReason" | "usage"> &
  Pick<MessageDraft, "metadata" | "attachments">;

/** The message that a statement has stored at the place that the session's row gave. */
export const storedMessage = (
  row: SessionColumns,
  { metadata, attachments, ...written }: Written,
): Message => {
  const session = toSession(row);
  return {
    ...written,
    channelId: session.channelId,
    seq: session.lastSeq,
    authorId: written.isAgent ? session.agentId : session.userId,
    metadata: mergeMetadata(
      session.metadata,
      parseJson<JsonObject>(JSON.stringify(metadata)),
      session.sessionId,
    ),
    attachments: attachments && parseJson<JsonObject[]>(JSON.stringify(attachments)),
    createdAt: row.last_at,
  };
};

export const readMessage = async (database: Queryable, id: string): Promise<Message | undefined> => {
  const row = await database.get<StoredColumns>(statements.byId, { id });
  return row && fromRow(row);
};

export const listMessages = async (database: Queryable, range: MessageRange): Promise<MessagePageOutcome> => {
  const { channelId, limit, before, after, maxBytes = Number.MAX_SAFE_INTEGER } = range;
  if (!(await database.get(statements.channel, { channelId }))) return { outcome: "unknown_channel" };
  const below = before ? await seqOf(database, channelId, before, "seqFromTime") : beyondAll;
  if (below === null) return { outcome: "unknown_bound", bound: "before" };
  const above = after ? await seqOf(database, channelId, after, "seqUntilTime") : 0;
  if (above === null) return { outcome: "unknown_bound", bound: "after" };
  const forward = after !== undefined && before === undefined;
  // One row more than the page, to know whether there is a next page.
  const bounds = { channelId, above, limit: limit + 1, maxBytes };
  const rows = forward
    ? await database.all<SizedColumns>(boundedStatements.oldest, bounds)
    : await database.all<SizedColumns>(boundedStatements.newest, { ...bounds, below });
  const shown = rows.slice(0, limit);
  const messages = shown.map(fromRow);
  return {
    outcome: "page",
    messages: forward ? messages.reverse() : messages,
    hasMore: (rows[0]?.found ?? 0) > shown.length,
    bytes: shown.reduce((sum, row) => sum + storedBytes(row) + Buffer.byteLength(row.session_metadata), 0),
  };
};

/** The seq of a bound. Null for an id that is not in the channel; a time beyond all messages excludes none. */
const seqOf = async (
  database: Queryable,
  channelId: string,
  bound: MessageBound,
  byTime: "seqFromTime" | "seqUntilTime",
): Promise<number | null> => {
  const row =
    "id" in bound
      ? await database.get<{ seq: number }>(statements.seqOfId, { id: bound.id, channelId })
      : await database.get<{ seq: number }>(statements[byTime], { channelId, time: bound.time });
  if (row) return row.seq;
  if ("id" in bound) return null;
  return byTime === "seqFromTime" ? beyondAll : 0;
};

export const readLastMessages = async (
  database: Queryable,
  channelIds: readonly string[],
): Promise<Map<string, LastMessage>> => {
  type Columns = Pick<MessageColumns, "channel_id" | "content" | "is_agent" | "created_at">;
  const rows = await database.all<Columns>(statements.lastOf, { channelIds: JSON.stringify(channelIds) });
  return new Map(rows.map((row) => [row.channel_id, toLastMessage(row)]));
};

/** Oldest first. */
export const readAfter = async (
  database: Queryable,
  channelId: string,
  above: number,
  limit: number,
  maxBytes = Number.MAX_SAFE_INTEGER,
): Promise<Message[]> => {
  const range = { channelId, above, limit, maxBytes };
  return (await database.all<StoredColumns>(boundedStatements.oldest, range)).map(fromRow);
};

/** The newest messages before a seq, oldest first. */
export const readHistory = async (
  database: Queryable,
  channelId: string,
  below: number,
  limit: number,
  maxBytes = Number.MAX_SAFE_INTEGER,
): Promise<Message[]> => {
  const range = { channelId, above: 0, below, limit, maxBytes };
  return (await database.all<StoredColumns>(boundedStatements.newest, range)).map(fromRow).reverse();
};
