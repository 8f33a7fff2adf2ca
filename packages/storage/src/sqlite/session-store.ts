import {
  type Clock,
  type EraseOutcome,
  type MessagePageOutcome,
  type SecretStore,
  type SessionStore,
  StoreUnavailableError,
  type WebhookWatch,
} from "@adjourn/sessions";
import { UnusableDatabaseError } from "../unusable-database-error.js";
import { isStorageFailure, type SqliteConnection, storeUnavailable } from "./connection/connection.js";
import { LogTruncation } from "./connection/log-truncation.js";
import { openReader, openWriter, pathOf } from "./connection/open-connections.js";
import { lockDatabase, type ProcessLock } from "./connection/process-lock.js";
import { ReadTurns } from "./connection/read-turns.js";
import { findRoom, rewriteHeader } from "./connection/write-probe.js";
import { WriteQueue } from "./connection/write-queue.js";
import { countSessions, listEndings, listSessions } from "./reading/lists.js";
import { addToIndex, readNewTexts, toDocuments } from "./reading/search-index.js";
import { readStatistics } from "./reading/statistics.js";
import { blockUser, deleteEndedBlocks, listBlocks, unblockUser } from "./tables/blocks-table.js";
import {
  addEndingCounts,
  countMatching,
  countPendingReplies,
  endMatching,
  endSession,
  expireSessions,
  readEndings,
  readMatchingIds,
} from "./tables/endings-table.js";
import { listMessages, readAfter, readHistory, readLastMessages } from "./tables/messages-table.js";
import {
  appendReply,
  cancelReply,
  deleteRepliesBefore,
  failReply,
  readPendingReplies,
  readReply,
  renewReplies,
} from "./tables/replies-table.js";
import { readOrCreateSecret } from "./tables/secrets-table.js";
import {
  claimWarnings,
  mayBeDue,
  postponeRenewed,
  readChannelHolder,
  readGone,
  readLastSeqs,
  readLive,
  readLiveOf,
  recordHeartbeat,
  renewSession,
  updateTimeout,
} from "./tables/sessions-table.js";
import {
  claimDeliveries,
  countPendingDeliveries,
  deleteDeliveriesBefore,
  failOrphanedDeliveries,
  finishAttempt,
  listDeliveries,
  readDelivery,
  readDueEndpoints,
  releaseDeliveries,
  resendDelivery,
} from "./tables/webhook-deliveries-table.js";
import { watch } from "./tables/webhook-outbox.js";
import { appendMessage } from "./writing/append-message.js";
import { createSession, readCreated } from "./writing/create-session.js";
import { closeUser } from "./writing/erase-user.js";
import {
  deleteEndedBefore,
  deleteIdempotencyKeysBefore,
  deleteOldHistory,
  eraseStep,
  readOldChannels,
} from "./writing/retention.js";
import { readSent } from "./writing/sent-messages.js";

export interface SqliteSessionStoreOptions {
  /** `file:` and a path, absolute or relative to the working directory; a missing folder is created. */
  readonly url: string;
  readonly clock: Clock;
  readonly webhooks?: readonly WebhookWatch[] | undefined;
}

/**
 * A store in one SQLite file, for one process. A write that resolved is on the disk.
 * @throws UnusableDatabaseError where another process has the file, a newer version made it, or it can't be opened
 */
export const createSqliteSessionStore = ({
  url,
  clock,
  webhooks = [],
}: SqliteSessionStoreOptions): SessionStore & SecretStore => {
  let lock: ProcessLock | undefined;
  try {
    const path = pathOf(url);
    lock = lockDatabase(path);
    const writer = openWriter(path);
    watch(writer, webhooks);
    return assembleStore(writer, openReader(path), clock, lock.release);
  } catch (error) {
    lock?.release();
    if (error instanceof UnusableDatabaseError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UnusableDatabaseError(`The database ${url} can't be opened: ${why}`, { cause: error });
  }
};

/** Runs work in the next transaction of the writer, with the time at which that transaction runs. */
type Write = <Result>(work: (connection: SqliteConnection, now: number) => Result) => Promise<Result>;

/** Runs work on the reader, which sees what is committed. */
type Read = Write;
type ReadNow = <Result>(work: (connection: SqliteConnection, now: number) => Result) => Result;

const createReadNow =
  (reader: SqliteConnection, clock: Clock, isClosed: () => boolean): ReadNow =>
  (work) => {
    if (isClosed()) throw new StoreUnavailableError("The store is closed");
    try {
      return work(reader, clock.now());
    } catch (error) {
      throw isStorageFailure(error) ? storeUnavailable(error) : error;
    }
  };

/** Small, so that a page without messages is charged as well. */
const leastPageBytes = 1_024;
const pageBytes = (page: MessagePageOutcome): number =>
  leastPageBytes + (page.outcome === "page" ? page.bytes : 0);

const readingOperations = (readNow: ReadNow, read: Read, turns = new ReadTurns()) =>
  ({
    readCreated: (key) => read((db) => readCreated(db, key)),
    readSent: (sessionId, key) => read((db) => readSent(db, sessionId, key)),
    readPendingReplies: (sessionId) => read((db, now) => readPendingReplies(db, sessionId, now)),
    readReply: (sessionId, messageId) => read((db, now) => readReply(db, sessionId, messageId, now)),
    readSession: (sessionId) =>
      read((db, now) => {
        const session = readLive(db, sessionId, now);
        return session ? { outcome: "live", session } : readGone(db, sessionId);
      }),
    readSessions: (sessionIds) => read((db, now) => readLiveOf(db, sessionIds, now)),
    readLastSeqs: (sessionIds) => read((db, now) => readLastSeqs(db, sessionIds, now)),
    readChannelHolder: (channelId) => read((db, now) => readChannelHolder(db, channelId, now)),
    listSessions: (filter, page) => listSessions(read, filter, page),
    readLastMessages: (channelIds) => read((db) => readLastMessages(db, channelIds)),
    countSessions: () => read(countSessions),
    countMatching: (filter) => read((db, now) => countMatching(db, filter, now)),
    readMatchingIds: (filter) => read((db, now) => readMatchingIds(db, filter, now)),
    countPendingReplies: (filter) => read((db, now) => countPendingReplies(db, filter, now)),
    listEndings: (filter, page) => listEndings(read, filter, page),
    listBlocks: (page) => read((db, now) => listBlocks(db, page, now)),
    readStatistics: (range) => readStatistics(read, range),
    readEndings: (sessionIds) => read((db) => readEndings(db, sessionIds)),
    listMessages: (range) => turns.run(() => readNow((db) => listMessages(db, range)), pageBytes),
    readMessagesAfter: (...range) => read((db) => readAfter(db, ...range)),
    readHistory: (...range) => read((db) => readHistory(db, ...range)),
    readDueEndpoints: (endpoints) => read((db, now) => readDueEndpoints(db, endpoints, now)),
    listDeliveries: (filter, page) => read((db) => listDeliveries(db, filter, page)),
    readDelivery: (id) => read((db) => readDelivery(db, id)),
    countPendingDeliveries: () => read((db) => countPendingDeliveries(db)),
  }) satisfies Partial<SessionStore>;

const writingOperations = (write: Write) =>
  ({
    createSession: (draft, key) => write((db, now) => createSession(db, draft, key, now)),
    appendMessage: (draft) => write((db, now) => appendMessage(db, draft, now)),
    appendReply: (draft) => write((db, now) => appendReply(db, draft, now)),
    failReply: (reply) => write((db, now) => failReply(db, reply, now)),
    cancelReply: (request) => write((db, now) => cancelReply(db, request, now)),
    renewReplies: async (replies) =>
      replies.length === 0 ? new Map() : write((db, now) => renewReplies(db, replies, now)),
    deleteRepliesBefore: (cutoff, limit) => write((db) => deleteRepliesBefore(db, cutoff, limit)),
    renewSession: (sessionId) => write((db, now) => renewSession(db, sessionId, now)),
    recordHeartbeat: (sessionId) => write((db, now) => recordHeartbeat(db, sessionId, now)),
    updateTimeout: (sessionId, change) => write((db, now) => updateTimeout(db, sessionId, change, now)),
    endSession: (request) => write((db, now) => endSession(db, request, now)),
    endMatching: (filter, end) => write((db, now) => endMatching(db, filter, end, now)),
    blockUser: (request) => write((db, now) => blockUser(db, request, now)),
    unblockUser: (userId) => write((db, now) => unblockUser(db, userId, now)),
    deleteEndedBlocks: (limit) => write((db, now) => deleteEndedBlocks(db, limit, now)),
    expireSessions: (limit) => write((db, now) => expireSessions(db, limit, now)),
    claimWarnings: (limit) => write((db, now) => claimWarnings(db, limit, now)),
    addEndingCounts: (counts) => write((db) => addEndingCounts(db, counts)),
    deleteIdempotencyKeysBefore: (cutoff, limit) =>
      write((db) => deleteIdempotencyKeysBefore(db, cutoff, limit)),
    claimDeliveries: (claim) => write((db, now) => claimDeliveries(db, claim, now)),
    finishAttempt: (finished) => write((db, now) => finishAttempt(db, finished, now)),
    releaseDeliveries: (nodeId) => write((db) => releaseDeliveries(db, nodeId)),
    resendDelivery: (id) => write((db, now) => resendDelivery(db, id, now)),
    failOrphanedDeliveries: (endpoints, cutoff, attempt) =>
      write((db, now) => failOrphanedDeliveries(db, { endpoints, cutoff, attempt }, now)),
    deleteDeliveriesBefore: (cutoff, limit) => write((db) => deleteDeliveriesBefore(db, cutoff, limit)),
    readOrCreateSecret: (candidate) => write((db) => readOrCreateSecret(db, candidate)),
  }) satisfies Partial<SessionStore & SecretStore>;

/** Channels whose erasures share transactions. */
const erasedAtOnce = 50;

const eraseAll = async (write: Write, channelId: string): Promise<EraseOutcome> => {
  for (;;) {
    const outcome = await write((db, now) => eraseStep(db, channelId, now));
    if (outcome !== "unfinished") return outcome;
  }
};

/** Sessions whose `due_at` moves in one transaction. */
const postponedAtOnce = 250;

/** Whether an expiry or a warning is due. */
const hasDue = async (read: Read, write: Write): Promise<boolean> => {
  if (!(await read(mayBeDue))) return false;
  while ((await write((db, now) => postponeRenewed(db, postponedAtOnce, now))) === postponedAtOnce);
  return read(mayBeDue);
};

const indexingOperations = (read: Read, write: Write) =>
  ({
    indexConversations: async () => {
      const texts = await read(readNewTexts);
      if (texts.messages.length + texts.queued.length === 0) return false;
      const documents = toDocuments(texts);
      await write((db) => addToIndex(db, texts, documents));
      return texts.mayHaveMore;
    },
  }) satisfies Partial<SessionStore>;

/** Deletions take several transactions, so that other writes get their turn, and then truncate the log. */
const deletingOperations = (read: Read, write: Write, log: LogTruncation) =>
  ({
    eraseChannel: async (channelId) => {
      const outcome = await eraseAll(write, channelId);
      // The log contains what was erased until it is written back and truncated.
      if (outcome === "erased") log.request();
      return outcome;
    },
    eraseUser: async (userId) => {
      const channelIds = await write((db, now) => closeUser(db, userId, now));
      if (channelIds === null) return { outcome: "in_use" };
      let channels = 0;
      for (let at = 0; at < channelIds.length; at += erasedAtOnce) {
        const group = channelIds.slice(at, at + erasedAtOnce);
        const outcomes = await Promise.all(group.map((channelId) => eraseAll(write, channelId)));
        channels += outcomes.filter((outcome) => outcome === "erased").length;
      }
      if (channels > 0) log.request();
      return { outcome: "erased", channels };
    },
    deleteEndedBefore: async (cutoff, limit) => {
      for (const channelId of await read((db) => readOldChannels(db, cutoff, limit)))
        while (await write((db) => deleteOldHistory(db, channelId, cutoff)));
      const deleted = await write((db) => deleteEndedBefore(db, cutoff, limit));
      if (deleted > 0) log.requestSoon();
      return deleted;
    },
  }) satisfies Partial<SessionStore>;

/** A store on a connection that writes and one that reads what is committed. */
export const assembleStore = (
  writer: SqliteConnection,
  reader: SqliteConnection,
  clock: Clock,
  onClose: () => void,
): SessionStore & SecretStore => {
  const queue = new WriteQueue(writer, clock);
  const log = new LogTruncation(writer, clock);
  log.request();
  let closed = false;
  const write: Write = (work) => queue.run(() => work(writer, clock.now()));
  const readNow = createReadNow(reader, clock, () => closed);
  const read: Read = async (work) => readNow(work);

  return {
    now: () => clock.now(),
    ...readingOperations(readNow, read),
    ...writingOperations(write),
    ...indexingOperations(read, write),
    hasDue: () => hasDue(read, write),
    ...deletingOperations(read, write, log),
    ping: async () => {
      if (queue.isFailing) await findRoom(writer.path);
      await write(rewriteHeader);
    },
    close: async () => {
      if (closed) return;
      queue.close();
      closed = true;
      reader.close();
      // Leaves one complete file: the driver's own close does not write the log back while statements are prepared.
      log.request();
      log.stop();
      writer.close();
      onClose();
    },
  };
};
