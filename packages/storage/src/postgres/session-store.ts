import type { SecretStore, SessionStore } from "@adjourn/sessions";
import { PostgresDatabase, type PostgresSettings } from "./connection/database.js";
import { asUnusable } from "./connection/failures.js";
import { migrate } from "./migrations/migrate.js";
import { countSessions, listEndings, listSessions } from "./reading/lists.js";
import { indexConversations } from "./reading/search-index.js";
import { readStatistics } from "./reading/statistics.js";
import { blockUser, deleteEndedBlocks, listBlocks, unblockUser } from "./tables/blocks-table.js";
import {
  addEndingCounts,
  countMatching,
  countPendingReplies,
  endMatching,
  endsTogether,
  expireSessions,
  readEndings,
  readMatchingIds,
} from "./tables/endings-table.js";
import { listMessages, readAfter, readHistory, readLastMessages } from "./tables/messages-table.js";
import {
  cancelReply,
  deleteRepliesBefore,
  failReply,
  pendingTogether,
  readReply,
  renewReplies,
  repliesTogether,
} from "./tables/replies-table.js";
import { readOrCreateSecret } from "./tables/secrets-table.js";
import {
  claimWarnings,
  confirmDue,
  readChannelHolder,
  readDue,
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
import { appendTogether } from "./writing/append-message.js";
import { createSession, readCreated } from "./writing/create-session.js";
import { eraseUser } from "./writing/erase-user.js";
import { deleteEndedBefore, deleteIdempotencyKeysBefore, eraseChannel } from "./writing/retention.js";
import { readSent } from "./writing/sent-messages.js";

const operationsOn = (database: PostgresDatabase) =>
  ({
    createSession: (draft, key) => createSession(database, draft, key),
    readCreated: (key) => readCreated(database, key),
    readSession: async (sessionId) => {
      const session = await readLive(database, sessionId);
      return session ? { outcome: "live", session } : readGone(database, sessionId);
    },
    readSessions: (sessionIds) => readLiveOf(database, sessionIds),
    readLastSeqs: (sessionIds) => readLastSeqs(database, sessionIds),
    readChannelHolder: (channelId) => readChannelHolder(database, channelId),
    listSessions: (filter, page) => listSessions(database, filter, page),
    readLastMessages: (channelIds) => readLastMessages(database, channelIds),
    countSessions: () => countSessions(database),
    appendMessage: appendTogether(database),
    readSent: (sessionId, key) => readSent(database, sessionId, key),
    appendReply: repliesTogether(database),
    failReply: (reply) => failReply(database, reply),
    cancelReply: (request) => cancelReply(database, request),
    renewReplies: (replies) => renewReplies(database, replies),
    readPendingReplies: pendingTogether(database),
    readReply: (sessionId, messageId) => readReply(database, sessionId, messageId),
    deleteRepliesBefore: (cutoff, limit) => deleteRepliesBefore(database, cutoff, limit),
    renewSession: (sessionId) => renewSession(database, sessionId),
    recordHeartbeat: (sessionId) => recordHeartbeat(database, sessionId),
    updateTimeout: (sessionId, change) => updateTimeout(database, sessionId, change),
    endSession: endsTogether(database),
    countMatching: (filter) => countMatching(database, filter),
    readMatchingIds: (filter) => readMatchingIds(database, filter),
    countPendingReplies: (filter) => countPendingReplies(database, filter),
    endMatching: (filter, end) => endMatching(database, filter, end),
    blockUser: (request) => blockUser(database, request),
    unblockUser: (userId) => unblockUser(database, userId),
    listBlocks: (page) => listBlocks(database, page),
    deleteEndedBlocks: (limit) => deleteEndedBlocks(database, limit),
    expireSessions: (limit) => expireSessions(database, limit),
    claimWarnings: (limit) => claimWarnings(database, limit),
    listEndings: (filter, page) => listEndings(database, filter, page),
    readStatistics: (range) => readStatistics(database, range),
    readEndings: (sessionIds) => readEndings(database, sessionIds),
    addEndingCounts: (counts) => addEndingCounts(database, counts),
    listMessages: (range) => listMessages(database, range),
    readMessagesAfter: (...range) => readAfter(database, ...range),
    readHistory: (...range) => readHistory(database, ...range),
    indexConversations: () => indexConversations(database),
    eraseChannel: (channelId) => eraseChannel(database, channelId),
    eraseUser: (userId) => eraseUser(database, userId),
    deleteEndedBefore: (cutoff, limit) => deleteEndedBefore(database, cutoff, limit),
    deleteIdempotencyKeysBefore: (cutoff, limit) => deleteIdempotencyKeysBefore(database, cutoff, limit),
    readDueEndpoints: (endpoints) => readDueEndpoints(database, endpoints),
    claimDeliveries: (claim) => claimDeliveries(database, claim),
    finishAttempt: (finished) => finishAttempt(database, finished),
    releaseDeliveries: (nodeId) => releaseDeliveries(database, nodeId),
    listDeliveries: (filter, page) => listDeliveries(database, filter, page),
    readDelivery: (id) => readDelivery(database, id),
    resendDelivery: (id) => resendDelivery(database, id),
    failOrphanedDeliveries: (...given) => failOrphanedDeliveries(database, ...given),
    deleteDeliveriesBefore: (cutoff, limit) => deleteDeliveriesBefore(database, cutoff, limit),
    countPendingDeliveries: () => countPendingDeliveries(database),
    readOrCreateSecret: (candidate) => readOrCreateSecret(database, candidate),
  }) satisfies Partial<SessionStore & SecretStore>;

/**
 * A store in Postgres 15 or newer, shared by any number of nodes. Creates its tables. Its clock is the database's.
 * @throws StoreUnavailableError where the database can't be reached
 * @throws UnusableDatabaseError where a newer version made the tables, or creating them is not permitted
 */
export const createPostgresSessionStore = async (
  settings: PostgresSettings,
): Promise<SessionStore & SecretStore> => {
  const database = new PostgresDatabase(settings);
  const { clock } = settings;
  /** How far the database's clock is ahead of this process's, as of the last `hasDue`. */
  let aheadMs: number | null = null;

  /**
   * Called four times a second. Also measures the clock offset, which lies between the ones that the times of call and answer
   * give. A late answer says little, so the last offset stays as far as they allow it.
   */
  const hasDue = async (): Promise<boolean> => {
    const asked = clock.now();
    const { now, mayBeDue } = await readDue(database);
    const [least, most] = [now - clock.now(), now - asked];
    aheadMs = Math.min(most, Math.max(least, aheadMs ?? Math.round((least + most) / 2)));
    return mayBeDue && (await confirmDue(database));
  };

  try {
    await migrate(database);
    await hasDue();
  } catch (error) {
    await database.close();
    throw asUnusable(error, settings.url);
  }

  return {
    now: () => clock.now() + (aheadMs ?? 0),
    ...operationsOn(database),
    hasDue,
    // A write, because a server that can only read is not ready; to the one row that always exists.
    ping: async () => {
      await database.all("UPDATE adjourn_version SET version = version");
    },
    close: () => database.close(),
  };
};
