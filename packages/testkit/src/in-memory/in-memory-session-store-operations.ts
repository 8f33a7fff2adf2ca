import type { PartialText, Session, SessionStore } from "@adjourn/sessions";
import { expiryCause, expiryTime, limits, nextWarnAt, replyLeaseMs, systemCaller } from "@adjourn/sessions";
import { copyJson, type InMemoryState, type SessionRow, sendKey } from "./in-memory-session-store-state.js";

type CreatingVerbs = Pick<SessionStore, "createSession">;
type UpdatingVerbs = Pick<
  SessionStore,
  "appendMessage" | "renewSession" | "recordHeartbeat" | "updateTimeout"
>;
type ReplyVerbs = Pick<
  SessionStore,
  "appendReply" | "failReply" | "cancelReply" | "renewReplies" | "deleteRepliesBefore"
>;
type EndingVerbs = Pick<SessionStore, "endSession" | "endMatching" | "expireSessions" | "claimWarnings">;

const cap = ({ createdAt, timeoutConfig }: Session): number =>
  createdAt + timeoutConfig.maxDurationMinutes * 60_000;

/** Moves the expiry unless it is at the cap already. */
const renew = (row: SessionRow, now: number): boolean => {
  const { session } = row;
  if (session.expiresAt >= cap(session)) return false;
  const expiresAt = expiryTime(now, session.createdAt, session.timeoutConfig);
  row.session = { ...session, expiresAt, lastActivity: now, renewalCount: session.renewalCount + 1 };
  row.warnAt = nextWarnAt(expiresAt, session.timeoutConfig, now, row.warnAt);
  return true;
};

/** Records activity, and renews the session if it is set to renew. */
const recordActivity = (row: SessionRow, now: number): boolean => {
  row.session = { ...row.session, lastActivity: now };
  return row.session.timeoutConfig.autoRenew && renew(row, now);
};

const endKey = (sessionId: string, idempotencyKey: string | null): string =>
  JSON.stringify([sessionId, idempotencyKey]);

const createCreatingVerbs = (state: InMemoryState): CreatingVerbs => ({
  async createSession(draft, idempotency) {
    const earlier = idempotency && state.createKeys.get(idempotency.key);
    if (earlier && earlier.fingerprint === idempotency.fingerprint)
      return { outcome: "repeated", session: earlier.session };
    const { sessionId, channelId, agentId, userId, timeoutConfig } = draft;
    const block = earlier ? undefined : state.blockOf(userId);
    if (block) return { outcome: "user_blocked", block };
    const channel = state.channels.get(channelId);
    if (draft.continues && channel?.userId !== userId) return { outcome: "channel_not_found" };
    if (earlier) return { outcome: "key_reused" };
    if (!draft.continues && channel) throw new Error(`Channel ${channelId} is there already`);
    if (state.liveSessions().some((other) => other.channelId === channelId))
      return { outcome: "channel_in_use" };

    const now = state.now();
    const last = state.messages.get(channelId)?.at(-1);
    const expiresAt = expiryTime(now, now, timeoutConfig);
    const session: Session = {
      sessionId,
      channelId,
      agentId,
      userId,
      createdAt: now,
      lastActivity: now,
      expiresAt,
      timeoutConfig,
      renewalCount: 0,
      metadata: copyJson(draft.metadata),
      lastSeq: last?.seq ?? 0,
      messageCount: 0,
    };
    state.channels.set(channelId, { userId });
    state.searchedMetadata.set(channelId, [
      ...(state.searchedMetadata.get(channelId) ?? []),
      session.metadata,
    ]);
    const warnAt = nextWarnAt(expiresAt, timeoutConfig, now, null);
    state.sessions.set(sessionId, { session, warnAt, lastAt: last?.createdAt ?? 0, usage: null });
    if (idempotency)
      state.createKeys.set(idempotency.key, {
        fingerprint: idempotency.fingerprint,
        session,
        createdAt: now,
      });
    state.webhooks.enqueue({ event: "session.created", session });
    return { outcome: "created", session };
  },
});

const createUpdatingVerbs = (state: InMemoryState): UpdatingVerbs => ({
  async appendMessage(draft) {
    const { id, sessionId, content, attachments, idempotency } = draft;
    const repeated = idempotency && state.sent(sessionId, idempotency);
    if (repeated) return repeated;
    const row = state.live(sessionId);
    if (!row) return state.gone(sessionId);
    const now = state.now();
    const inFlight = [...state.replies.values()].filter(
      (reply) => reply.sessionId === sessionId && reply.heldUntil > now,
    );
    if (inFlight.length >= limits.inFlightReplies) return { outcome: "too_many_replies" };
    const wasRenewed = recordActivity(row, now);
    const message = state.append(row, {
      id,
      authorId: row.session.userId,
      isAgent: false,
      inReplyTo: null,
      content,
      metadata: copyJson(draft.metadata),
      attachments: attachments && copyJson(attachments),
      finishReason: null,
      usage: null,
    });
    const { messageId, nodeId } = draft.reply;
    const record = { messageId, nodeId, inReplyTo: id, cancelled: null };
    const key = idempotency && sendKey(sessionId, idempotency.key);
    state.replies.set(messageId, { sessionId, key, record, heldUntil: now + replyLeaseMs });
    const sent = { message, session: row.session, wasRenewed };
    if (idempotency && key !== null) {
      const earlier = { ...sent, replyId: messageId, failure: null };
      state.sendKeys.set(key, { fingerprint: idempotency.fingerprint, earlier, createdAt: now });
    }
    return { outcome: "stored", ...sent };
  },

  async renewSession(sessionId) {
    const row = state.live(sessionId);
    if (!row) return state.gone(sessionId);
    const outcome = renew(row, state.now()) ? "renewed" : "at_maximum";
    return { outcome, session: row.session };
  },

  async recordHeartbeat(sessionId) {
    const row = state.live(sessionId);
    if (!row) return state.gone(sessionId);
    const wasRenewed = recordActivity(row, state.now());
    return { outcome: "recorded", session: row.session, wasRenewed };
  },

  async updateTimeout(sessionId, change) {
    const row = state.live(sessionId);
    if (!row) return state.gone(sessionId);
    const { session } = row;
    const before = session.timeoutConfig;
    const timeoutConfig = {
      timeoutMinutes: change.timeoutMinutes ?? before.timeoutMinutes,
      autoRenew: change.autoRenew ?? before.autoRenew,
      maxDurationMinutes: change.maxDurationMinutes ?? before.maxDurationMinutes,
      warningThresholdMinutes: change.warningThresholdMinutes ?? before.warningThresholdMinutes,
    };
    if (timeoutConfig.maxDurationMinutes < timeoutConfig.timeoutMinutes)
      return { outcome: "duration_too_short", timeoutConfig };
    const expiresAt = expiryTime(session.lastActivity, session.createdAt, timeoutConfig);
    row.session = { ...session, timeoutConfig, expiresAt };
    row.warnAt = nextWarnAt(expiresAt, timeoutConfig, state.now(), row.warnAt);
    return { outcome: "updated", session: row.session };
  },
});

const createReplyVerbs = (state: InMemoryState): ReplyVerbs => ({
  async appendReply({ sessionId, messageId, inReplyTo, content, finishReason, usage }) {
    const row = state.live(sessionId);
    if (!row) return state.gone(sessionId);
    const reply = state.replies.get(messageId);
    if (!reply) return { outcome: "not_pending" };
    const { cancelled } = reply.record;
    if (cancelled === "discard") return { outcome: "discarded" };
    state.replies.delete(messageId);
    if (usage) {
      const before = row.usage ?? { inputTokens: 0, outputTokens: 0 };
      row.usage = {
        inputTokens: before.inputTokens + usage.inputTokens,
        outputTokens: before.outputTokens + usage.outputTokens,
      };
    }
    const message = state.append(row, {
      id: messageId,
      authorId: row.session.agentId,
      isAgent: true,
      inReplyTo,
      content,
      metadata: {},
      attachments: null,
      finishReason: cancelled ? "cancelled" : finishReason,
      usage,
    });
    return { outcome: "stored", message, session: row.session };
  },

  async failReply({ sessionId, messageId, failure }) {
    const reply = state.replies.get(messageId);
    const session = state.live(sessionId)?.session;
    const sent = state.sendKeys.get(reply?.key ?? "");
    if (sent) sent.earlier = { ...sent.earlier, failure };
    if (reply && session) {
      const { channelId, agentId, userId } = session;
      const { inReplyTo } = reply.record;
      const { code } = failure;
      const failed = { sessionId, channelId, agentId, userId, messageId, inReplyTo, code };
      state.webhooks.enqueue({ event: "message.failed", failed });
    }
    return state.replies.delete(messageId);
  },

  async cancelReply({ sessionId, messageId, partial }) {
    if (!state.live(sessionId)) return state.gone(sessionId);
    const reply = state
      .pendingReplies(sessionId)
      .find(({ record }) => record.messageId === messageId || record.inReplyTo === messageId);
    if (!reply || reply.record.cancelled) return { outcome: "not_pending" };
    reply.record = { ...reply.record, cancelled: partial };
    return { outcome: "cancelled", reply: reply.record };
  },

  async renewReplies(replies) {
    const marks = new Map<string, PartialText | null>();
    for (const { messageId } of replies) {
      const reply = state.replies.get(messageId);
      if (!reply) continue;
      reply.heldUntil = state.now() + replyLeaseMs;
      marks.set(messageId, reply.record.cancelled);
    }
    return marks;
  },

  async deleteRepliesBefore(cutoff, limit) {
    const lapsed = [...state.replies].filter(([, { heldUntil }]) => heldUntil < cutoff).slice(0, limit);
    for (const [messageId] of lapsed) state.replies.delete(messageId);
    return lapsed.length;
  },
});

const byCreation = (a: Session, b: Session): number =>
  a.createdAt - b.createdAt || (a.sessionId < b.sessionId ? -1 : 1);

const createEndingVerbs = (state: InMemoryState): EndingVerbs => ({
  async endSession({ sessionId, reason, caller, idempotencyKey }) {
    const keyOfEnd = endKey(sessionId, idempotencyKey);
    const row = state.live(sessionId);
    if (!row) {
      const ending = state.endKeys.has(keyOfEnd) && state.endings.get(sessionId);
      return ending ? { outcome: "repeated", ending } : state.gone(sessionId);
    }
    if (idempotencyKey !== null) state.endKeys.set(keyOfEnd, { createdAt: state.now() });
    return { outcome: "ended", ending: state.end(row.session, { cause: "requested", reason, ...caller }) };
  },

  async endMatching(filter, { reason, caller, limit, after }) {
    return state
      .liveMatching(filter)
      .sort(byCreation)
      .filter(({ createdAt, sessionId }) => {
        if (after === undefined) return true;
        return createdAt > after.time || (createdAt === after.time && sessionId > after.id);
      })
      .slice(0, limit)
      .map((session) => state.end(session, { cause: "bulk", reason, ...caller }));
  },

  async expireSessions(limit) {
    return [...state.sessions.values()]
      .map(({ session }) => session)
      .filter(({ expiresAt }) => expiresAt <= state.now())
      .sort((a, b) => a.expiresAt - b.expiresAt)
      .slice(0, limit)
      .map((session) => {
        const { expiresAt, createdAt, timeoutConfig } = session;
        const cause = expiryCause(expiresAt, createdAt, timeoutConfig.maxDurationMinutes);
        return state.end(session, { cause, reason: null, ...systemCaller });
      });
  },

  async claimWarnings(limit) {
    const due = state
      .liveSessions()
      .map(({ sessionId }) => state.sessions.get(sessionId))
      .filter((row) => row !== undefined)
      .filter(({ warnAt }) => warnAt !== null && warnAt <= state.now())
      .slice(0, limit);
    for (const row of due) {
      row.warnAt = null;
      state.webhooks.enqueue({ event: "session.expiring", session: row.session });
    }
    return due.map(({ session }) => session);
  },
});

/** The operations that change sessions. Each runs synchronously, which makes it a transaction. */
export const createWritingVerbs = (
  state: InMemoryState,
): CreatingVerbs & UpdatingVerbs & ReplyVerbs & EndingVerbs => ({
  ...createCreatingVerbs(state),
  ...createUpdatingVerbs(state),
  ...createReplyVerbs(state),
  ...createEndingVerbs(state),
});
