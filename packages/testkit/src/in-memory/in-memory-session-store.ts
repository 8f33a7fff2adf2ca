import type {
  Clock,
  EndingRecord,
  EraseOutcome,
  ListFilter,
  Message,
  MessageBound,
  SecretStore,
  SessionStore,
  WebhookWatch,
} from "@adjourn/sessions";
import { isNearExpiration, jsonItemBytes, rowsWithinBytes, type Session, wordsOf } from "@adjourn/sessions";
import { createBlocks } from "./in-memory-blocks.js";
import { createWritingVerbs } from "./in-memory-session-store-operations.js";
import { InMemoryState, isSameId } from "./in-memory-session-store-state.js";
import { createStatistics } from "./in-memory-statistics.js";
import { pageOf } from "./page-of.js";

/** The port in plain maps. The contract tests compare the databases with it. */
export const createInMemorySessionStore = ({
  clock,
  webhooks,
}: {
  readonly clock: Clock;
  readonly webhooks?: readonly WebhookWatch[];
}): SessionStore & SecretStore => {
  const state = new InMemoryState(clock, webhooks);
  let secret: string | null = null;
  return {
    now: () => state.now(),
    ...createWritingVerbs(state),
    ...createSessionReads(state),
    ...createEndingRecords(state),
    ...createMessageReads(state),
    ...createDeletions(state),
    ...createBlocks(state),
    ...createStatistics(state),
    ...state.webhooks.store,

    async readOrCreateSecret(candidate) {
      secret ??= candidate;
      return secret;
    },

    async ping() {},
    async close() {},
  };
};

const createSessionReads = (
  state: InMemoryState,
): Pick<
  SessionStore,
  | "readCreated"
  | "readSent"
  | "readPendingReplies"
  | "readReply"
  | "readSession"
  | "readSessions"
  | "readLastSeqs"
  | "readChannelHolder"
  | "listSessions"
  | "readLastMessages"
  | "countSessions"
  | "countMatching"
  | "readMatchingIds"
  | "countPendingReplies"
  | "hasDue"
> => ({
  async readCreated({ key, fingerprint }) {
    const earlier = state.createKeys.get(key);
    return earlier?.fingerprint === fingerprint ? earlier.session : null;
  },
  async readSent(sessionId, idempotency) {
    return state.sent(sessionId, idempotency);
  },
  async readPendingReplies(sessionId) {
    return state.pendingReplies(sessionId).map(({ record }) => record);
  },
  async readReply(sessionId, messageId) {
    const reply = state.live(sessionId) && state.replies.get(messageId);
    if (reply) return { state: reply.heldUntil > state.now() ? "pending" : "lapsed" };
    const message = [...state.messages.values()].flat().find(({ id }) => id === messageId);
    return message ? { state: "stored", message } : { state: "unknown" };
  },
  async readSession(sessionId) {
    const row = state.live(sessionId);
    return row ? { outcome: "live", session: row.session } : state.gone(sessionId);
  },
  async readSessions(sessionIds) {
    return [...new Set(sessionIds)].flatMap((sessionId) => state.live(sessionId)?.session ?? []);
  },
  async readLastSeqs(sessionIds) {
    const live = sessionIds.flatMap((sessionId) => state.live(sessionId)?.session ?? []);
    return new Map(live.map(({ sessionId, lastSeq }) => [sessionId, lastSeq]));
  },
  async readChannelHolder(channelId) {
    const holder = state.liveSessions().find((session) => session.channelId === channelId);
    return holder?.sessionId ?? null;
  },
  async listSessions({ sessionIds, isReplying, ...filter }, page) {
    const { sort = "createdAt" } = page;
    const matching = state
      .liveMatching({ sessionIds, isReplying })
      .filter((session) => matches(state, session, filter) && isWithin(session.createdAt, filter));
    const { rows, next } = pageOf(
      matching,
      page,
      (session) => ({ time: session[sort], id: session.sessionId }),
      sort === "expiresAt",
    );
    return { sessions: rows, total: matching.length, stats: stats(state), next };
  },
  async readLastMessages(channelIds) {
    return new Map(
      channelIds.flatMap((channelId) => {
        const last = state.messages.get(channelId)?.at(-1);
        return last ? [[channelId, last] as const] : [];
      }),
    );
  },
  async countSessions() {
    const now = state.now();
    const expiringSoon = state.liveSessions().filter((session) => isNearExpiration(session, now)).length;
    return { ...stats(state), expiringSoon };
  },
  async countMatching(filter) {
    return { total: state.liveMatching(filter).length, at: state.now() };
  },
  async readMatchingIds(filter) {
    return state.liveMatching(filter).map(({ sessionId }) => sessionId);
  },
  async countPendingReplies(filter) {
    return state.liveMatching(filter).flatMap(({ sessionId }) => state.pendingReplies(sessionId)).length;
  },
  async hasDue() {
    const now = state.now();
    return [...state.sessions.values()].some(
      ({ session, warnAt }) => session.expiresAt <= now || (warnAt !== null && warnAt <= now),
    );
  },
});

const createEndingRecords = (
  state: InMemoryState,
): Pick<SessionStore, "listEndings" | "readEndings" | "addEndingCounts"> => ({
  async listEndings({ cause, actor, ...filter }, page) {
    const matching = [...state.endings.values()].filter(
      (ending) =>
        matches(state, ending, filter) &&
        isWithin(ending.endedAt, filter) &&
        (cause === undefined || ending.cause === cause) &&
        (actor === undefined || ending.actor === actor),
    );
    const { rows, next } = pageOf(matching, page, ({ endedAt, sessionId }) => ({
      time: endedAt,
      id: sessionId,
    }));
    return { endings: rows, next };
  },
  async readEndings(sessionIds) {
    return [...new Set(sessionIds)].flatMap((sessionId) => state.endings.get(sessionId) ?? []);
  },
  async addEndingCounts(counts) {
    for (const { sessionId, listenersDropped, operationsAborted } of counts) {
      const ending = state.endings.get(sessionId);
      if (ending)
        state.endings.set(sessionId, {
          ...ending,
          listenersDropped: ending.listenersDropped + listenersDropped,
          operationsAborted: ending.operationsAborted + operationsAborted,
        });
    }
  },
});

const createMessageReads = (
  state: InMemoryState,
): Pick<SessionStore, "listMessages" | "readMessagesAfter" | "readHistory"> => ({
  async listMessages({ channelId, limit, before, after, maxBytes = Number.POSITIVE_INFINITY }) {
    if (!state.channels.has(channelId)) return { outcome: "unknown_channel" };
    const messages = state.messages.get(channelId) ?? [];
    const below = before && timeOf(messages, before);
    if (before && below === undefined) return { outcome: "unknown_bound", bound: "before" };
    const above = after && timeOf(messages, after);
    if (after && above === undefined) return { outcome: "unknown_bound", bound: "after" };
    const between = messages.filter(
      ({ createdAt }) =>
        (below === undefined || createdAt < below) && (above === undefined || createdAt > above),
    );
    const isForward = after !== undefined && before === undefined;
    const next = isForward ? between : between.reverse();
    const shown = [...rowsWithinBytes(next.slice(0, limit), maxBytes, storedBytes)];
    return {
      outcome: "page",
      messages: isForward ? shown.reverse() : shown,
      hasMore: between.length > shown.length,
      bytes: shown.reduce((sum, message) => sum + storedBytes(message), 0),
    };
  },
  async readMessagesAfter(channelId, afterSeq, limit, maxBytes = Number.POSITIVE_INFINITY) {
    const later = (state.messages.get(channelId) ?? []).filter(({ seq }) => seq > afterSeq);
    return rowsWithinBytes(later.slice(0, limit), maxBytes, storedBytes);
  },
  async readHistory(channelId, beforeSeq, limit, maxBytes = Number.POSITIVE_INFINITY) {
    const earlier = (state.messages.get(channelId) ?? []).filter(({ seq }) => seq < beforeSeq);
    return [...rowsWithinBytes(earlier.reverse().slice(0, limit), maxBytes, storedBytes)].reverse();
  },
});

const eraseChannel = (state: InMemoryState, channelId: string): EraseOutcome => {
  if (!state.channels.has(channelId)) return "unknown_channel";
  if (state.liveSessions().some((session) => session.channelId === channelId)) return "in_use";
  state.forgetChannel(channelId);
  state.webhooks.forget(channelId);
  for (const [key, { earlier }] of state.sendKeys)
    if (earlier.session.channelId === channelId) state.sendKeys.delete(key);
  for (const ending of state.endings.values())
    if (ending.channelId === channelId) state.endings.set(ending.sessionId, { ...ending, reason: null });
  for (const row of [...state.sessions.values(), ...state.createKeys.values()])
    if (row.session.channelId === channelId) row.session = { ...row.session, metadata: {} };
  return "erased";
};

const createDeletions = (
  state: InMemoryState,
): Pick<
  SessionStore,
  "indexConversations" | "eraseChannel" | "eraseUser" | "deleteEndedBefore" | "deleteIdempotencyKeysBefore"
> => ({
  /** A search reads the conversations themselves. */
  async indexConversations() {
    return false;
  },
  async eraseChannel(channelId) {
    return eraseChannel(state, channelId);
  },
  async eraseUser(userId) {
    const isTheirs = (other: { readonly userId: string }) => isSameId(other.userId, userId);
    if (state.liveSessions().some(isTheirs)) return { outcome: "in_use" };
    const theirs = [...state.channels].filter(([, channel]) => isTheirs(channel));
    for (const [channelId] of theirs) eraseChannel(state, channelId);
    return { outcome: "erased", channels: theirs.length };
  },
  async deleteEndedBefore(cutoff, limit) {
    const old = [...state.endings.values()]
      .filter(({ endedAt }) => endedAt < cutoff)
      .sort((a, b) => a.endedAt - b.endedAt)
      .slice(0, limit);
    for (const { sessionId } of old) state.endings.delete(sessionId);
    const rest = [...state.endings.values(), ...[...state.sessions.values()].map(({ session }) => session)];
    for (const { channelId } of old)
      if (!rest.some((kept) => kept.channelId === channelId)) state.forgetChannel(channelId);
    return old.length;
  },
  async deleteIdempotencyKeysBefore(cutoff, limit) {
    let deleted = 0;
    for (const keys of [state.createKeys, state.endKeys, state.sendKeys])
      for (const [key, { createdAt }] of keys)
        if (createdAt < cutoff && deleted < limit) {
          keys.delete(key);
          deleted++;
        }
    return deleted;
  },
});

const stats = (state: InMemoryState): { active: number; expired: number } => {
  const active = state.liveSessions().length;
  return { active, expired: state.sessions.size - active };
};

const isWithin = (time: number, { from, to }: ListFilter): boolean =>
  (from === undefined || time >= from) && (to === undefined || time < to);

const matches = (state: InMemoryState, row: Session | EndingRecord, filter: ListFilter): boolean => {
  const { agentId, userId, search, words } = filter;
  const prefix = search?.toLowerCase() ?? "";
  return (
    (agentId === undefined || isSameId(row.agentId, agentId)) &&
    (userId === undefined || isSameId(row.userId, userId)) &&
    [row.sessionId, row.channelId, row.agentId, row.userId].some((id) =>
      id.toLowerCase().startsWith(prefix),
    ) &&
    (words === undefined || contains(state, row.channelId, words))
  );
};

const contains = (state: InMemoryState, channelId: string, words: readonly string[]): boolean => {
  const found = new Set(state.conversationTexts(channelId).flatMap(wordsOf));
  const [last = "", ...rest] = [...words].reverse();
  return rest.every((word) => found.has(word)) && [...found].some((word) => word.startsWith(last));
};

const storedBytes = ({ content, metadata, attachments }: Message): number =>
  jsonItemBytes(content) + jsonItemBytes(metadata) + jsonItemBytes(attachments);

const timeOf = (messages: readonly Message[], bound: MessageBound): number | undefined =>
  "time" in bound ? bound.time : messages.find(({ id }) => id === bound.id)?.createdAt;
