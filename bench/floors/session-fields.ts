/** What a session's row has in these programs, and the answers that are made of it: as long as ours. */
export interface SessionRow {
  readonly session_id: string;
  readonly channel_id: string;
  readonly agent_id: string;
  readonly user_id: string;
  readonly created_at: number;
  readonly last_activity: number;
  readonly expires_at: number;
  readonly renewal_count: number;
  readonly last_seq: number;
}

const iso = (time: number): string => new Date(time).toISOString();

export const sessionInfo = (row: SessionRow) => ({
  sessionId: row.session_id,
  channelId: row.channel_id,
  agentId: row.agent_id,
  userId: row.user_id,
  createdAt: iso(Number(row.created_at)),
  lastActivity: iso(Number(row.last_activity)),
  metadata: {},
  expiresAt: iso(Number(row.expires_at)),
  timeoutConfig: { timeoutMinutes: 30, autoRenew: true, maxDurationMinutes: 720, warningThresholdMinutes: 5 },
  renewalCount: row.renewal_count,
  timeRemaining: Number(row.expires_at) - Date.now(),
  isNearExpiration: false,
});

export interface MessageRow {
  readonly id: string;
  readonly author_id: string;
  readonly is_agent: number;
  readonly in_reply_to: string | null;
  readonly content: string;
  readonly metadata: string;
  readonly created_at: number;
}

export const messageInfo = (row: MessageRow) => ({
  id: row.id,
  content: row.content,
  authorId: row.author_id,
  isAgent: row.is_agent === 1,
  inReplyTo: row.in_reply_to,
  createdAt: iso(Number(row.created_at)),
  metadata: JSON.parse(row.metadata) as unknown,
});

export const sentAnswer = (message: MessageRow, reply: MessageRow, session: SessionRow) => ({
  ...messageInfo(message),
  sessionStatus: {
    expiresAt: iso(Number(session.expires_at)),
    renewalCount: session.renewal_count,
    wasRenewed: true,
    isNearExpiration: false,
  },
  agentResponse: { ...messageInfo(reply), text: reply.content },
});

export const endedAnswer = (sessionId: string) => ({
  success: true,
  message: `Session ${sessionId} deleted successfully`,
});

/** The session's id in a path of our API, which these programs serve as well. */
export const sessionIdOf = (url = ""): string =>
  url.slice("/api/messaging/sessions/".length).split("/")[0] ?? "";
