import type {
  JsonObject,
  Message,
  MessageBound,
  MessageDraft,
  MessagePageOutcome,
  MessageRange,
} from "@adjourn/sessions";
import {
  type MessageColumns,
  parseJson,
  type SessionColumns,
  storedBytes,
  toMessage,
  toSession,
} from "../rows.js";
import type { SqliteConnection } from "./connection.js";

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
  /** The first seq at that time or later; `before` excludes it. */
  seqFromTime: `SELECT seq FROM messages WHERE channel_id = :channelId AND created_at >= :time
    ORDER BY created_at LIMIT 1`,
  /** The last seq at that time or earlier; `after` excludes it. */
  seqUntilTime: `SELECT seq FROM messages WHERE channel_id = :channelId AND created_at <= :time
    ORDER BY created_at DESC LIMIT 1`,
  newest: `SELECT * FROM messages WHERE channel_id = :channelId AND seq > :above AND seq < :below
    ORDER BY seq DESC LIMIT :limit`,
  oldest: `SELECT * FROM messages WHERE channel_id = :channelId AND seq > :above
    ORDER BY seq LIMIT :limit`,
} as const;

const beyondAll = Number.MAX_SAFE_INTEGER;

/** What a message says, whoever wrote it. */
type Written = Pick<Message, "id" | "isAgent" | "inReplyTo" | "content" | "finishReason" | "usage"> &
  Pick<MessageDraft, "metadata" | "attachments">;

/** Stores a message at the place that the session's row has just given. */
export const insertMessage = (
  connection: SqliteConnection,
  row: SessionColumns,
  { id, isAgent, inReplyTo, content, finishReason, usage, ...written }: Written,
): Message => {
  const { sessionId, channelId, lastSeq, agentId, userId, ...session } = toSession(row);
  const metadata = JSON.stringify({ ...session.metadata, ...written.metadata, sessionId });
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
  const below = before ? seqOf(connection, channelId, before, statements.seqFromTime) : beyondAll;
  if (below === null) return { outcome: "unknown_bound", bound: "before" };
  const above = after ? seqOf(connection, channelId, after, statements.seqUntilTime) : 0;
  if (above === null) return { outcome: "unknown_bound", bound: "after" };
  const forward = after !== undefined && before === undefined;
  const read = (limit: number, last: number | undefined): MessageColumns[] =>
    forward
      ? connection.all(statements.oldest, { channelId, above: last ?? above, limit })
      : connection.all(statements.newest, { channelId, above, below: last ?? below, limit });
  const { rows, ...rest } = readWithin(read, limit, maxBytes);
  const messages = rows.map(toMessage);
  return { outcome: "page", messages: forward ? messages.reverse() : messages, ...rest };
};

/** Rows read at a time, so that a page that ends by its size is not read to its limit. */
const sliceRows = 25;

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
  byTime: typeof statements.seqFromTime | typeof statements.seqUntilTime,
): number | null => {
  if ("id" in bound)
    return connection.get<{ seq: number }>(statements.seqOfId, { id: bound.id, channelId })?.seq ?? null;
  const row = connection.get<{ seq: number }>(byTime, { channelId, time: bound.time });
  return row?.seq ?? (byTime === statements.seqFromTime ? beyondAll : 0);
};

const readNewest = (
  connection: SqliteConnection,
  channelId: string,
  range: { readonly above: number; readonly below: number; readonly limit: number },
): Message[] => connection.all<MessageColumns>(statements.newest, { channelId, ...range }).map(toMessage);

/** Oldest first. */
export const readAfter = (
  connection: SqliteConnection,
  channelId: string,
  above: number,
  limit: number,
): Message[] => connection.all<MessageColumns>(statements.oldest, { channelId, above, limit }).map(toMessage);

/** The newest messages before a seq, oldest first. */
export const readHistory = (
  connection: SqliteConnection,
  channelId: string,
  below: number,
  limit: number,
): Message[] => readNewest(connection, channelId, { above: 0, below, limit }).reverse();
