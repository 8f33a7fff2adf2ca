import { metadataText } from "@adjourn/sessions";
import { parseJson } from "../../rows/session-rows.js";
import { NewDocuments } from "../../search-documents.js";
import type { PostgresDatabase } from "../connection/database.js";
import type { Queryable } from "../connection/queryable.js";

/** What one run adds at most. */
const queuedAtOnce = 400;
const messagesAtOnce = 600;
/** Fold this many characters, then let other work have its turn of the event loop. */
const charactersAtOnce = 32_768;

const channelsOf = "(SELECT json_array_elements_text(:channelIds::text::json) AS id)";

const statements = {
  /** One node indexes at a time, so that nodes neither repeat each other's work nor deadlock. */
  takeTurn: "SELECT pg_try_advisory_xact_lock(hashtext('adjourn search ' || current_schema())) AS taken",
  queued: `SELECT ctid::text AS place, channel_id, metadata FROM search_queue LIMIT ${queuedAtOnce}`,
  deleteQueued: `DELETE FROM search_queue
    WHERE ctid = ANY (ARRAY(SELECT json_array_elements_text(:places::text::json)::tid))`,
  /** A channel that is being erased is skipped. The lock keeps the others until the documents are stored. */
  lockChannels: `SELECT id FROM channels WHERE id IN ${channelsOf} ORDER BY id FOR KEY SHARE SKIP LOCKED`,
  present: `SELECT id FROM channels WHERE id IN ${channelsOf}`,
  messages: `SELECT asked.id AS channel_id, message.* FROM ${channelsOf} AS asked
      LEFT JOIN search_conversations ON search_conversations.channel_id = asked.id
      CROSS JOIN LATERAL (
        SELECT seq, content, session_metadata AS metadata FROM messages
        WHERE messages.channel_id = asked.id AND seq > coalesce(indexed_seq, 0)
        ORDER BY seq LIMIT ${messagesAtOnce}) AS message
    ORDER BY asked.id, seq LIMIT ${messagesAtOnce}`,
  moveTo: `INSERT INTO search_conversations (channel_id, indexed_seq)
    SELECT "channelId", seq FROM json_to_recordset(:positions::text::json) AS at ("channelId" text, seq bigint)
    ORDER BY 1
    ON CONFLICT (channel_id) DO UPDATE
      SET indexed_seq = greatest(search_conversations.indexed_seq, excluded.indexed_seq)`,
  addDocuments: `INSERT INTO search_documents (channel_id, words)
    SELECT "channelId", array_to_tsvector(words)
    FROM json_to_recordset(:documents::text::json) AS added ("channelId" text, words text[])`,
} as const;

/** Within a statement that stores messages: the rows of `from` name their channels. */
export const queueMessages = (from: string): string =>
  `queued AS (INSERT INTO search_queue (channel_id) SELECT channel_id FROM ${from})`;

/** Within a statement that creates a session on the parameters' channel, if the condition holds. */
export const queueMetadata = (condition: string): string => `queued AS (
  INSERT INTO search_queue (channel_id, metadata)
  SELECT :channelId, :metadata WHERE :metadata <> '{}' AND ${condition})`;

/** Removes the metadata that waits to be indexed. */
export const forgetQueued = "DELETE FROM search_queue WHERE channel_id = :channelId";

/** Words with a condition of their own; more would take the planner long. */
const plannedWords = 4;

/**
 * The conditions that a channel has all words, and their parameters. A condition of its own for each of the first words lets
 * the database follow the list's order where a word is frequent, and begin with the word where it is rare.
 */
export const havingWords = (
  channelId: string,
  words: readonly string[],
): { readonly sql: readonly string[]; readonly parameters: Readonly<Record<string, string>> } => {
  // A word has neither quotes nor operators.
  const queries = words.map((word, i) => (i === words.length - 1 ? `'${word}':*` : `'${word}'`));
  const planned = queries.slice(0, plannedWords).map((query, i) => [`word${i}`, query] as const);
  const sql = planned.map(
    ([name]) =>
      `${channelId} IN (SELECT channel_id FROM search_documents WHERE words @@ (:${name}::text)::tsquery)`,
  );
  const more = queries.slice(plannedWords);
  if (more.length === 0) return { sql, parameters: Object.fromEntries(planned) };
  const hasMore = `NOT EXISTS (SELECT FROM json_array_elements_text(:moreWords::text::json) AS asked (word)
    WHERE NOT EXISTS (SELECT FROM search_documents AS document
      WHERE document.channel_id = ${channelId} AND document.words @@ asked.word::tsquery))`;
  return {
    sql: [...sql, hasMore],
    parameters: { ...Object.fromEntries(planned), moreWords: JSON.stringify(more) },
  };
};

interface Queued {
  readonly place: string;
  readonly channel_id: string;
  /** Null where a message was stored; empty for a conversation older than the index. */
  readonly metadata: string | null;
}

interface NewMessage {
  readonly channel_id: string;
  readonly seq: number;
  readonly content: string;
  readonly metadata: string;
}

/** Adds what the queue names, in one transaction. @returns whether there may be more */
export const indexConversations = (database: PostgresDatabase): Promise<boolean> =>
  database.transaction(async (transaction) => {
    if (!(await transaction.get<{ taken: boolean }>(statements.takeTurn))?.taken) return false;
    const queued = await transaction.all<Queued>(statements.queued);
    if (queued.length === 0) return false;
    const channelIds = JSON.stringify([...new Set(queued.map(({ channel_id }) => channel_id))]);
    const locked = await idsOf(transaction, statements.lockChannels, channelIds);
    const present = await idsOf(transaction, statements.present, channelIds);
    const messages = await transaction.all<NewMessage>(statements.messages, {
      channelIds: JSON.stringify([...locked]),
    });
    // The last channel of a full slice, and those behind it, may have more; their rows stay in the queue.
    const cut = messages.length === messagesAtOnce ? messages.at(-1)?.channel_id : undefined;
    const isDone = (id: string): boolean =>
      !present.has(id) || (locked.has(id) && (cut === undefined || id < cut));
    const done = queued.filter(({ channel_id }) => isDone(channel_id));
    const reached = done.filter(({ channel_id }) => locked.has(channel_id));
    const { documents } = await toDocuments(reached, messages, queued);
    const positions = [...reached, ...messages].map((text) => ({
      channelId: text.channel_id,
      seq: "seq" in text ? text.seq : 0,
    }));
    await transaction.all(statements.moveTo, { positions: JSON.stringify(newest(positions)) });
    await transaction.all(statements.addDocuments, { documents: JSON.stringify(documents) });
    const places = JSON.stringify(done.map(({ place }) => place));
    await transaction.all(statements.deleteQueued, { places });
    return done.length > 0 && (queued.length === queuedAtOnce || cut !== undefined);
  });

const idsOf = async (database: Queryable, sql: string, channelIds: string): Promise<ReadonlySet<string>> =>
  new Set((await database.all<{ id: string }>(sql, { channelIds })).map(({ id }) => id));

interface Position {
  readonly channelId: string;
  readonly seq: number;
}

/** The newest position of each channel. */
const newest = (positions: readonly Position[]): Position[] => {
  const seqs = new Map<string, number>();
  for (const { channelId, seq } of positions) seqs.set(channelId, Math.max(seq, seqs.get(channelId) ?? 0));
  return [...seqs].map(([channelId, seq]) => ({ channelId, seq }));
};

/** `reached` are the queue's rows whose metadata is due; a conversation of `queued` may be older than the index. */
const toDocuments = async (
  reached: readonly Queued[],
  messages: readonly NewMessage[],
  queued: readonly Queued[],
): Promise<NewDocuments> => {
  const found = new NewDocuments();
  const old = new Set(queued.filter(({ metadata }) => metadata === "").map(({ channel_id }) => channel_id));
  let characters = 0;
  const add = async (channelId: string, text: string): Promise<void> => {
    found.add(channelId, text);
    characters += text.length;
    if (characters < charactersAtOnce) return;
    characters = 0;
    await new Promise((resolve) => setImmediate(resolve));
  };
  const known = new Set<string>();
  const addMetadata = async (channelId: string, metadata: string | null): Promise<void> => {
    const key = `${channelId} ${metadata}`;
    if (metadata && !known.has(key)) await add(channelId, metadataText(parseJson<unknown>(metadata)));
    known.add(key);
  };
  for (const { channel_id, metadata } of reached) await addMetadata(channel_id, metadata);
  for (const { channel_id, content, metadata } of messages) {
    await add(channel_id, content);
    if (old.has(channel_id)) await addMetadata(channel_id, metadata);
  }
  return found;
};
