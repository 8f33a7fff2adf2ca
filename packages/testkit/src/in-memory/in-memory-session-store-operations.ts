import type { Message, Session, SessionStore } from "@adjourn/sessions";
import { expiryCause, expiryTime, nextWarnAt, systemCaller } from "@adjourn/sessions";
import { copyJson, type InMemoryState, type SessionRow } from "./in-memory-session-store-state.js";

type CreatingVerbs = Pick<SessionStore, "createSession">;
type UpdatingVerbs = Pick<
  SessionStore,
  "appendMessage" | "renewSession" | "recordHeartbeat" | "updateTimeout"
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
    const warnAt = nextWarnAt(expiresAt, timeoutConfig, now, null);
    state.sessions.set(sessionId, { session, warnAt, lastAt: last?.createdAt ?? 0 });
    if (idempotency)
      state.createKeys.set(idempotency.key, {
        fingerprint: idempotency.fingerprint,
        session,
        createdAt: now,
      });
    return { outcome: "created", session };
  },
});

const createUpdatingVerbs = (state: InMemoryState): UpdatingVerbs => ({
  async appendMessage(draft) {
    const row = state.live(draft.sessionId);
    if (!row) return state.gone(draft.sessionId);
    const now = state.now();
    const wasRenewed = !draft.isAgent && recordActivity(row, now);
    const { channelId, agentId, userId, metadata, lastSeq, messageCount } = row.session;
    const message: Message = {
      id: draft.id,
      channelId,
      seq: lastSeq + 1,
      authorId: draft.isAgent ? agentId : userId,
      isAgent: draft.isAgent,
      inReplyTo: draft.inReplyTo,
      content: draft.content,
      metadata: { ...metadata, ...copyJson(draft.metadata), sessionId: draft.sessionId },
      attachments: draft.attachments && copyJson(draft.attachments),
      createdAt: Math.max(now, row.lastAt + 1),
    };
    row.session = { ...row.session, lastSeq: message.seq, messageCount: messageCount + 1 };
    row.lastAt = message.createdAt;
    state.messages.set(channelId, [...(state.messages.get(channelId) ?? []), message]);
    return { outcome: "stored", message, session: row.session, wasRenewed };
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

  async endMatching(filter, { reason, caller, createdUntil, limit }) {
    return state
      .liveMatching(filter)
      .filter(({ createdAt }) => createdAt <= createdUntil)
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
    for (const row of due) row.warnAt = null;
    return due.map(({ session }) => session);
  },
});

/** The operations that change sessions. Each runs synchronously, which makes it a transaction. */
export const createWritingVerbs = (state: InMemoryState): CreatingVerbs & UpdatingVerbs & EndingVerbs => ({
  ...createCreatingVerbs(state),
  ...createUpdatingVerbs(state),
  ...createEndingVerbs(state),
});
