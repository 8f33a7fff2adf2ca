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
import type { SqliteConnection } from "../connection/connection.js";
import { readMessageRows, selectAsJson } from "./message-rows.js";

/** Takes the next seq and time from the row of a live session; so a reply after the end is not stored. */
export const nextPlace =
  "last_seq = last_seq + 1, last_at = max(:now, last_at + 1), message_count = message_count + 1";

const statements = {
  insert: `INSERT INTO messages (id, channel_id, seq, author_id, is_agent, in_reply_to, content, metadata, attachments,
      finish_reason, input_tokens, output_tokens, created_at)
    VALUES (:id, :channelId, :seq, :authorId, :isAgent, :inReplyTo, :content, :metadata, :attachments,
      :finishReason, :inputTokens, :outputTokens, :createdAt)`,
  byId: "SELECT * FROM messages WHERE id = :id",
  channel: "SELECT 1 FROM channels WHERE id = :channelId",
  seqOfId: "SELECT seq FROM messages WHERE id = :id AND channel_id = :channelId",
  lastSeq: "SELECT max(seq) AS seq FROM messages WHERE channel_id = :channelId",
  timeFromSeq: `SELECT created_at FROM messages WHERE channel_id = :channelId AND seq >= :seq
    ORDER BY seq LIMIT 1`,
  newest: selectAsJson(`WHERE channel_id = :channelId AND seq > :above AND seq < :below
    ORDER BY seq DESC LIMIT :limit`),
  lastOf: `SELECT channel_id, substr(content, 1, ${limits.previewCharacters}) AS content, is_agent, created_at
    FROM json_each(:channelIds) AS asked CROSS JOIN messages
    WHERE messages.id = (SELECT id FROM messages WHERE channel_id = asked.value ORDER BY seq DESC LIMIT 1)`,
  oldest: selectAsJson("WHERE channel_id = :channelId AND seq > :above ORDER BY seq LIMIT :limit"),
} as const;

const beyondAll = Number.MAX_SAFE_INTEGER;

/** What a message says, whoever wrote it. */
type Written = Pick<Message, "id" | "isAgent" | "inReplyTo" | "content" | "finishReason" | "usage"> &
  Pick<MessageDraft, "metadata" | "attachments">;

/** Stores a message at the place that the session's row has just given. */
export const insertMessage = (
  connection: SqliteConnection,
  row: SessionColumns,
  written: Written,
): Message => {
  const { id, isAgent, inReplyTo, content, finishReason, usage } = written;
  const { sessionId, channelId, lastSeq, agentId, userId, metadata: ofSession } = toSession(row);
  const metadata = JSON.stringify({ ...ofSession, ...written.metadata, sessionId });
  const attachments = written.attachments && JSON.stringify(written.attachments);
  const authorId = isAgent ? agentId : userId;
  const createdAt = row.last_at;
  connection.run(statements.insert, {
    id,
    channelId,
    seq: lastSeq,
    authorId,
    isAgent: Number(isAgent),
    inReplyTo,
    content,
    metadata,
    attachments,
    finishReason,
    inputTokens: usage?.inputTokens ?? null,
    outputTokens: usage?.outputTokens ?? null,
    createdAt,
  });
  return {
    id,
    channelId,
    seq: lastSeq,
    authorId,
    isAgent,
    inReplyTo,
    content,
    metadata: parseJson<JsonObject>(metadata),
    attachments: attachments === null ? null : parseJson<JsonObject[]>(attachments),
    finishReason,
    usage,
    createdAt,
  };
};

export const readMessage = (connection: SqliteConnection, id: string): Message | undefined => {
  const row = connection.get<MessageColumns>(statements.byId, { id });
  return row && toMessage(row);
};

export const listMessages = (connection: SqliteConnection, range: MessageRange): MessagePageOutcome => {
  const { channelId, limit, before, after, maxBytes = Number.POSITIVE_INFINITY } = range;
  if (!connection.get(statements.channel, { channelId })) return { outcome: "unknown_channel" };
  const below = before ? seqOf(connection, channelId, before, "before") : beyondAll;
  if (below === null) return { outcome: "unknown_bound", bound: "before" };
  const above = after ? seqOf(connection, channelId, after, "after") : 0;
  if (above === null) return { outcome: "unknown_bound", bound: "after" };
  const forward = after !== undefined && before === undefined;
  const read = (limit: number, last: number | undefined): MessageColumns[] =>
    forward
      ? readMessageRows(connection, statements.oldest, { channelId, above: last ?? above, limit })
      : readMessageRows(connection, statements.newest, { channelId, above, below: last ?? below, limit });
  const { rows, ...rest } = readWithin(read, limit, maxBytes);
  const messages = rows.map(toMessage);
  return { outcome: "page", messages: forward ? messages.reverse() : messages, ...rest };
};

/** Rows read at a time: a default page at once, and of a longer one not all where it ends by its size. */
const sliceRows = 51;

const readWithin = (
  read: (limit: number, last: number | undefined) => readonly MessageColumns[],
  limit: number,
  maxBytes: number,
): { readonly rows: readonly MessageColumns[]; readonly hasMore: boolean; readonly bytes: number } => {
  const rows: MessageColumns[] = [];
  let bytes = 0;
  for (;;) {
    // One row more than the page, to know whether there is a next page.
    const wanted = Math.min(sliceRows, limit + 1 - rows.length);
    const slice = read(wanted, rows.at(-1)?.seq);
    for (const row of slice) {
      const sum = bytes + storedBytes(row);
      if (rows.length === limit || (rows.length > 0 && sum > maxBytes)) return { rows, hasMore: true, bytes };
      rows.push(row);
      bytes = sum;
    }
    if (slice.length < wanted) return { rows, hasMore: false, bytes };
  }
};

/** The seq of a bound. Null for an id that is not in the channel; a time beyond all messages excludes none. */
const seqOf = (
  connection: SqliteConnection,
  channelId: string,
  bound: MessageBound,
  side: "before" | "after",
): number | null => {
  if ("id" in bound)
    return connection.get<{ seq: number }>(statements.seqOfId, { id: bound.id, channelId })?.seq ?? null;
  if (side === "before") return firstSeq(connection, channelId, (createdAt) => createdAt >= bound.time);
  return firstSeq(connection, channelId, (createdAt) => createdAt > bound.time) - 1;
};

/**
 * The first seq from which all messages have such a time, found by bisection: within a channel times increase with seq.
 * While a history is being deleted, seqs are missing; the next one that is there decides.
 */
const firstSeq = (
  connection: SqliteConnection,
  channelId: string,
  isSuch: (createdAt: number) => boolean,
): number => {
  const last = connection.get<{ seq: number | null }>(statements.lastSeq, { channelId })?.seq ?? 0;
  let [low, high] = [0, last + 1];
  while (high - low > 1) {
    const seq = Math.floor((low + high) / 2);
    const row = connection.get<{ created_at: number }>(statements.timeFromSeq, { channelId, seq });
    if (!row || isSuch(row.created_at)) high = seq;
    else low = seq;
  }
  return high;
};

export const readLastMessages = (
  connection: SqliteConnection,
  channelIds: readonly string[],
): Map<string, LastMessage> => {
  type Columns = Pick<MessageColumns, "channel_id" | "content" | "is_agent" | "created_at">;
  const rows = connection.all<Columns>(statements.lastOf, { channelIds: JSON.stringify(channelIds) });
  return new Map(rows.map((row) => [row.channel_id, toLastMessage(row)]));
};

/** Oldest first. */
export const readAfter = (
  connection: SqliteConnection,
  channelId: string,
  above: number,
  limit: number,
  maxBytes = Number.POSITIVE_INFINITY,
): Message[] => {
  const read = (limit: number, last = above) =>
    readMessageRows(connection, statements.oldest, { channelId, above: last, limit });
  return readWithin(read, limit, maxBytes).rows.map(toMessage);
};

/** The newest messages before a seq, oldest first. */
export const readHistory = (
  connection: SqliteConnection,
  channelId: string,
  below: number,
  limit: number,
  maxBytes = Number.POSITIVE_INFINITY,
): Message[] => {
  const read = (limit: number, last = below) =>
    readMessageRows(connection, statements.newest, { channelId, above: 0, below: last, limit });
  return readWithin(read, limit, maxBytes).rows.map(toMessage).reverse();
};
