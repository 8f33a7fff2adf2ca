import type { Inputs, Outputs } from "@adjourn/sessions";
import type { RestOperation } from "../routes.js";

const sessionId = "7f8b0c5e-3f5a-4a63-9d3b-0a3c1f4e2d10";
const channelId = "2c1d9a44-98a1-4a0e-8a55-5b1c2a7f6e21";
const userId = "5d3e2f10-6b7c-4d8e-9f01-23456789abcd";
const agentId = "00000000-0000-4000-8000-000000000001";
const createdAt = "2026-11-23T13:00:00.000Z";
const expiresAt = "2026-11-23T13:30:00.000Z";
const timeoutConfig = {
  timeoutMinutes: 30,
  autoRenew: true,
  maxDurationMinutes: 720,
  warningThresholdMinutes: 5,
};
const who = { sessionId, channelId, agentId, userId };

const session: Outputs["getSession"] = {
  ...who,
  createdAt,
  lastActivity: createdAt,
  metadata: { platform: "web" },
  expiresAt,
  timeoutConfig,
  renewalCount: 0,
  timeRemaining: 1_800_000,
  isNearExpiration: false,
};
const metadata = { platform: "web", sessionId };
const message = {
  id: "b1d0c7f2-4a4e-4e5c-8a0b-6d1e2f3a4b5c",
  content: "Hello",
  authorId: userId,
  createdAt: "2026-11-23T13:00:01.000Z",
  metadata,
};
const reply = {
  id: "e4f5a6b7-0c1d-4e2f-9a3b-4c5d6e7f8091",
  content: "Hello",
  authorId: agentId,
  isAgent: true,
  inReplyTo: message.id,
  createdAt: "2026-11-23T13:00:02.000Z",
  metadata: { sessionId },
  finishReason: "stop" as const,
  usage: { inputTokens: 12, outputTokens: 4 },
};
const ending: Outputs["getEnding"] = {
  ...who,
  createdAt,
  endedAt: "2026-11-23T13:10:00.000Z",
  cause: "requested",
  reason: "done",
  endedBy: "admin",
  actor: "ops",
  messageCount: 2,
  listenersDropped: 1,
  operationsAborted: 0,
  usage: { inputTokens: 12, outputTokens: 4 },
};
const page: Outputs["getSessionMessages"] = {
  messages: [reply, { ...message, isAgent: false, inReplyTo: null }],
  hasMore: false,
  cursors: { before: Date.parse(message.createdAt), after: Date.parse(reply.createdAt) },
};

/** An example body for every operation that takes one. */
export const exampleInputs: Readonly<Partial<Record<RestOperation, object>>> = {
  createSession: { agentId, userId, metadata: { platform: "web" }, timeoutConfig: { timeoutMinutes: 30 } },
  updateSessionTimeout: { timeoutMinutes: 60 },
  sendSessionMessage: { content: "Hello", transport: "http" },
  cancelReply: { partial: "keep" },
  endSessions: { userId, reason: "account closed" } satisfies Partial<Inputs["endSessions"]>,
};

type Answers = Pick<
  Outputs,
  Exclude<RestOperation, "endSession" | "listAgents" | "issueTicket" | "sessionEvents">
>;

/** An example answer of each operation. */
export const exampleOutputs: Readonly<Answers & Record<"endSession" | "listAgents" | "issueTicket", object>> &
  Readonly<Partial<Record<RestOperation, object>>> = {
  createSession: {
    ...who,
    createdAt,
    expiresAt,
    timeoutConfig,
    metadata: { platform: "web" },
  },
  listSessions: {
    sessions: [
      {
        ...session,
        messageCount: 2,
        listeners: 1,
        pendingOperations: 0,
        lastMessage: { content: reply.content, isAgent: true, createdAt: reply.createdAt },
      },
    ],
    total: 1,
    stats: { totalSessions: 1, activeSessions: 1, expiredSessions: 0 },
  },
  getSessionsHealth: {
    status: "healthy",
    activeSessions: 1,
    timestamp: createdAt,
    expiringSoon: 0,
    uptime: 3_600,
  },
  getSession: session,
  endSession: { success: true, message: `Session ${sessionId} deleted successfully` },
  endSessions: { ended: 3, matched: 3 },
  renewSession: { ...session, renewalCount: 1 },
  updateSessionTimeout: { ...session, timeoutConfig: { ...timeoutConfig, timeoutMinutes: 60 } },
  sessionHeartbeat: { ...session, renewalCount: 1 },
  sendSessionMessage: {
    ...message,
    sessionStatus: { expiresAt, renewalCount: 1, wasRenewed: true, isNearExpiration: false },
    agentResponse: { ...reply, text: reply.content },
  },
  cancelReply: { success: true, message: `Reply ${reply.id} cancelled`, stored: true },
  getSessionMessages: page,
  getChannelMessages: page,
  eraseChannel: { success: true, message: `Channel ${channelId} erased successfully` },
  listEndings: { endings: [ending] },
  getEnding: ending,
  issueTicket: { ticket: "eyJhbGciOiJIUzI1NiJ9…", expiresAt: "2026-11-23T13:01:00.000Z" },
  listAgents: { success: true, data: { agents: [{ id: agentId, name: "Echo", status: "active" }] } },
};
