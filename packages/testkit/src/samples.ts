import { type Ending, type EndingRecord, type SessionInfo, toEnding } from "@adjourn/sessions";
import type { SessionRow } from "@adjourn/sessions/schemas";
import { timeouts } from "./contracts/session-store/setup.js";

const ids = { channelId: "channel", agentId: "agent", userId: "user" };

/** An ending as the store has it: a session without messages, ended by an admin a minute after its creation. */
export const sampleEndingRecord = (sessionId: string, given: Partial<EndingRecord> = {}): EndingRecord => ({
  ...ids,
  sessionId,
  createdAt: Date.UTC(2026, 0),
  expiresAt: Date.UTC(2026, 0, 1, 1),
  endedAt: Date.UTC(2026, 0, 1, 0, 1),
  lastSeq: 0,
  cause: "requested",
  reason: null,
  endedBy: "admin",
  actor: null,
  messageCount: 0,
  listenersDropped: 0,
  operationsAborted: 0,
  ...given,
});

/** The same as callers see it. */
export const sampleEnding = (sessionId: string, given: Partial<Ending> = {}): Ending => ({
  ...toEnding(sampleEndingRecord(sessionId)),
  ...given,
});

/** A live session as callers see it. */
export const sampleSession = (sessionId: string, given: Partial<SessionInfo> = {}): SessionInfo => ({
  ...ids,
  sessionId,
  createdAt: "2026-01-01T00:00:00.000Z",
  lastActivity: "2026-01-01T00:00:00.000Z",
  expiresAt: "2026-01-01T01:00:00.000Z",
  metadata: {},
  timeoutConfig: timeouts,
  renewalCount: 0,
  timeRemaining: 1,
  isNearExpiration: false,
  ...given,
});

/** A session as a list shows it: without messages, listeners and replies. */
export const sampleSessionRow = (sessionId: string, given: Partial<SessionRow> = {}): SessionRow => ({
  ...sampleSession(sessionId),
  messageCount: 0,
  listeners: 0,
  pendingOperations: 0,
  lastMessage: null,
  ...given,
});
