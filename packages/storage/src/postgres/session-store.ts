import type { SecretStore, SessionStore } from "@adjourn/sessions";
import { appendTogether } from "./append-message.js";
import { createSession, readCreated } from "./create-session.js";
import { PostgresDatabase, type PostgresSettings } from "./database.js";
import {
  addEndingCounts,
  countMatching,
  endMatching,
  endsTogether,
  expireSessions,
  readEndings,
} from "./endings-table.js";
import { asUnusable } from "./failures.js";
import { countSessions, listEndings, listSessions } from "./lists.js";
import { listMessages, readAfter, readHistory, readLastMessages } from "./messages-table.js";
import { migrate } from "./migrations.js";
import {
  cancelReply,
  deleteRepliesBefore,
  failReply,
  pendingTogether,
  readReply,
  renewReplies,
  repliesTogether,
} from "./replies-table.js";
import { deleteEndedBefore, deleteIdempotencyKeysBefore, eraseChannel } from "./retention.js";
import { indexConversations } from "./search-index.js";
import { readOrCreateSecret } from "./secrets-table.js";
import { readSent } from "./sent-messages.js";
import {
  claimWarnings,
  confirmDue,
  readChannelHolder,
  readDue,
  readLastSeqs,
  readLive,
  readLiveOf,
  readOver,
  recordHeartbeat,
  renewSession,
  updateTimeout,
} from "./sessions-table.js";

const operationsOn = (database: PostgresDatabase) =>
  ({
    createSession: (draft, key) => createSession(database, draft, key),
    readCreated: (key) => readCreated(database, key),
    readSession: async (sessionId) => {
      const session = await readLive(database, sessionId);
      return session ? { outcome: "live", session } : readOver(database, sessionId);
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
    endMatching: (filter, end) => endMatching(database, filter, end),
    expireSessions: (limit) => expireSessions(database, limit),
    claimWarnings: (limit) => claimWarnings(database, limit),
    listEndings: (filter, page) => listEndings(database, filter, page),
    readEndings: (sessionIds) => readEndings(database, sessionIds),
    addEndingCounts: (counts) => addEndingCounts(database, counts),
    listMessages: (range) => listMessages(database, range),
    readMessagesAfter: (...range) => readAfter(database, ...range),
    readHistory: (...range) => readHistory(database, ...range),
    indexConversations: () => indexConversations(database),
    eraseChannel: (channelId) => eraseChannel(database, channelId),
    deleteEndedBefore: (cutoff, limit) => deleteEndedBefore(database, cutoff, limit),
    deleteIdempotencyKeysBefore: (cutoff, limit) => deleteIdempotencyKeysBefore(database, cutoff, limit),
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
  let aheadMs = 0;

  /** Called four times a second. Also measures the clock offset, at the midpoint between call and answer. */
  const hasDue = async (): Promise<boolean> => {
    const asked = clock.now();
    const { now, mayBeDue } = await readDue(database);
    aheadMs = now - Math.round((asked + clock.now()) / 2);
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
    now: () => clock.now() + aheadMs,
    ...operationsOn(database),
    hasDue,
    // A write, because a server that can only read is not ready; to the one row that always exists.
    ping: async () => {
      await database.all("UPDATE adjourn_version SET version = version");
    },
    close: () => database.close(),
  };
};
