import { metadataText } from "@adjourn/sessions";
import { parseJson } from "../../rows/session-rows.js";
import { NewDocuments } from "../../search-documents.js";
import type { SqliteConnection } from "../connection/connection.js";

/** What one run adds at most, so that it blocks the event loop for a few milliseconds. */
const messagesAtOnce = 200;
const charactersAtOnce = 32_768;
const queuedAtOnce = 20;
/** How many documents one transaction deletes. */
const deletedAtOnce = 50;
/** A search does not look up words with more documents, so that a frequent word blocks the event loop only shortly. */
const documentsPerWord = 5_000;

const documentBits = 20;
const ofConversation = `BETWEEN :number << ${documentBits} AND ((:number + 1) << ${documentBits}) - 1`;

const statements = {
  position: "SELECT message_rowid, old_rowid FROM search_position",
  messages: `SELECT rowid AS place, channel_id, content,
      CASE WHEN rowid <= :old THEN json_remove(metadata, '$.sessionId') END AS metadata
    FROM messages WHERE rowid > :position ORDER BY rowid LIMIT ${messagesAtOnce}`,
  queued: `SELECT id AS place, channel_id, metadata FROM search_queue ORDER BY id LIMIT ${queuedAtOnce}`,
  countMessages: `SELECT count(*) AS total FROM messages WHERE rowid IN (SELECT value FROM json_each(:places))`,
  countQueued: `SELECT count(*) AS total FROM search_queue WHERE id IN (SELECT value FROM json_each(:places))`,
  deleteQueued: `DELETE FROM search_queue WHERE id IN (SELECT value FROM json_each(:places))`,
  moveTo: "UPDATE search_position SET message_rowid = :position",
  addConversation: `INSERT INTO search_conversations (channel_id, documents) VALUES (:channelId, 1)
    ON CONFLICT (channel_id) DO UPDATE SET documents = documents + 1 RETURNING number, documents`,
  addDocument: `INSERT INTO search_documents (id, words)
    VALUES ((:number << ${documentBits}) + :documents, :words) RETURNING id`,
  addToIndex: "INSERT INTO search_index (rowid, words) VALUES (:id, :words)",
  readNumber: "SELECT number FROM search_conversations WHERE channel_id = :channelId",
  readDocuments: `SELECT id, words FROM search_documents WHERE id ${ofConversation} LIMIT ${deletedAtOnce}`,
  deleteFromIndex: "INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', :id, :words)",
  deleteDocument: "DELETE FROM search_documents WHERE id = :id",
  deleteConversation: "DELETE FROM search_conversations WHERE number = :number",
  forgetQueued: "DELETE FROM search_queue WHERE channel_id = :channelId",
  /** A rowid above all others can be given again once its message is deleted. */
  moveBack: `UPDATE search_position SET message_rowid = (SELECT coalesce(max(rowid), 0) FROM messages)
    WHERE message_rowid > (SELECT coalesce(max(rowid), 0) FROM messages)`,
  withWord: `SELECT count(*) AS documents, json_group_array(DISTINCT id >> ${documentBits}) AS numbers FROM (
      SELECT rowid AS id FROM search_index WHERE search_index MATCH :word LIMIT ${documentsPerWord + 1}) AS found`,
  queue: "INSERT INTO search_queue (channel_id, metadata) VALUES (:channelId, :metadata)",
} as const;

interface NewText {
  readonly place: number;
  readonly channel_id: string;
  /** Null where only the metadata is new. */
  readonly content?: string;
  readonly metadata: string | null;
}

/** Texts and metadata that are not indexed yet, oldest first. */
export interface NewTexts {
  readonly messages: readonly NewText[];
  readonly queued: readonly NewText[];
  readonly mayHaveMore: boolean;
}

export const readNewTexts = (connection: SqliteConnection): NewTexts => {
  const position = connection.get<{ message_rowid: number; old_rowid: number }>(statements.position);
  if (!position) throw new Error("The index has no position");
  const { message_rowid, old_rowid } = position;
  const read = connection.all<NewText>(statements.messages, { position: message_rowid, old: old_rowid });
  let characters = 0;
  const beyond = read.findIndex(({ content = "", metadata }) => {
    characters += content.length + (metadata?.length ?? 0);
    return characters > charactersAtOnce;
  });
  const messages = beyond < 0 ? read : read.slice(0, Math.max(1, beyond));
  const queued = connection.all<NewText>(statements.queued);
  const isFull = read.length === messagesAtOnce || messages.length < read.length;
  return { messages, queued, mayHaveMore: isFull || queued.length === queuedAtOnce };
};

const placesOf = (texts: readonly NewText[]): { readonly places: string } => ({
  places: JSON.stringify(texts.map(({ place }) => place)),
});

/**
 * Within a transaction: adds the documents of what was read before, and remembers how far the index is. If some of it was
 * deleted since, nothing is added, and it has to be read again.
 */
export const addToIndex = (
  connection: SqliteConnection,
  { messages, queued }: NewTexts,
  { documents }: NewDocuments,
): void => {
  const isThere = (count: string, texts: readonly NewText[]) =>
    connection.get<{ total: number }>(count, placesOf(texts))?.total === texts.length;
  if (!isThere(statements.countMessages, messages) || !isThere(statements.countQueued, queued)) return;
  for (const { channelId, words } of documents) {
    const conversation = connection.get<{ number: number; documents: number }>(statements.addConversation, {
      channelId,
    });
    if (!conversation) throw new Error(`Channel ${channelId} has no number in the index`);
    const text = words.join(" ");
    const document = connection.get<{ id: number }>(statements.addDocument, { ...conversation, words: text });
    connection.run(statements.addToIndex, { id: document?.id ?? 0, words: text });
  }
  const last = messages.at(-1);
  if (last) connection.run(statements.moveTo, { position: last.place });
  if (queued.length > 0) connection.run(statements.deleteQueued, placesOf(queued));
};

/** The documents of new texts. */
export const toDocuments = ({ messages, queued }: NewTexts): NewDocuments => {
  const found = new NewDocuments();
  for (const { channel_id, content = "", metadata } of [...messages, ...queued]) {
    found.add(channel_id, content);
    if (metadata !== null) found.add(channel_id, metadataText(parseJson<unknown>(metadata)));
  }
  return found;
};

/** Within the transaction that creates a session. */
export const queueMetadata = (connection: SqliteConnection, channelId: string, metadata: string): void => {
  if (metadata !== "{}") connection.run(statements.queue, { channelId, metadata });
};

/** Within the transaction that deletes messages of the channel. @returns whether there may be more documents */
export const deleteDocuments = (connection: SqliteConnection, channelId: string): boolean => {
  connection.run(statements.moveBack);
  connection.run(statements.forgetQueued, { channelId });
  const number = connection.get<{ number: number }>(statements.readNumber, { channelId })?.number;
  if (number === undefined) return false;
  const documents = connection.all<{ id: number; words: string }>(statements.readDocuments, { number });
  for (const { id, words } of documents) {
    connection.run(statements.deleteFromIndex, { id, words });
    connection.run(statements.deleteDocument, { id });
  }
  if (documents.length === deletedAtOnce) return true;
  connection.run(statements.deleteConversation, { number });
  return false;
};

type Read = <Result>(work: (connection: SqliteConnection) => Result) => Promise<Result>;

/**
 * The numbers of conversations among which are all that contain the words: those of the rare words. Each word is read in a
 * turn of the event loop of its own. @returns undefined if every word is frequent
 */
export const findConversations = async (
  read: Read,
  words: readonly string[],
): Promise<readonly number[] | undefined> => {
  let found: readonly number[] | undefined;
  for (const [nth, word] of words.entries()) {
    // A word has neither quotes nor operators.
    const asked = nth === words.length - 1 ? `"${word}" *` : `"${word}"`;
    // Reading the beginning of a word is slow, and few conversations are as quickly compared.
    if (found && nth === words.length - 1) break;
    const row = await read((db) =>
      db.get<{ documents: number; numbers: string }>(statements.withWord, { word: asked }),
    );
    await nextTurn();
    if (!row || row.documents > documentsPerWord) continue;
    const numbers = new Set(parseJson<number[]>(row.numbers));
    found = found ? found.filter((number) => numbers.has(number)) : [...numbers];
    if (found.length === 0) break;
  }
  return found;
};

/** The condition that a row's conversation contains the words of {@link toAskedWords}, which are the parameter `words`. */
export const hasWords = (table: "sessions" | "endings"): string => `NOT EXISTS (
    SELECT 1 FROM json_each(:words) AS asked WHERE NOT EXISTS (
      SELECT 1 FROM search_conversations CROSS JOIN search_documents AS document
        ON document.id BETWEEN number << ${documentBits} AND ((number + 1) << ${documentBits}) - 1
      WHERE search_conversations.channel_id = ${table}.channel_id
        AND instr(' ' || document.words || ' ', asked.value) > 0))`;

export const toAskedWords = (words: readonly string[]): string =>
  JSON.stringify(words.map((word, nth) => (nth === words.length - 1 ? ` ${word}` : ` ${word} `)));

/** Lets other calls run. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
