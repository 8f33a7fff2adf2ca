import type { EndedBy, EndingCause, EndingRecord, JsonObject, Message, Session } from "@adjourn/sessions";

/** The columns of `sessions` that the domain reads. SQLite stores booleans as 0 and 1. */
export interface SessionColumns {
  readonly session_id: string;
  readonly channel_id: string;
  readonly agent_id: string;
  readonly user_id: string;
  readonly created_at: number;
  readonly last_activity: number;
  readonly expires_at: number;
  readonly timeout_minutes: number;
  readonly auto_renew: 0 | 1 | boolean;
  readonly max_duration_minutes: number;
  readonly warning_threshold_minutes: number;
  readonly was_renewed: 0 | 1 | boolean;
  readonly renewal_count: number;
  readonly last_seq: number;
  readonly last_at: number;
  readonly message_count: number;
  readonly metadata: string;
}

export interface EndingColumns {
  readonly session_id: string;
  readonly channel_id: string;
  readonly agent_id: string;
  readonly user_id: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly last_seq: number;
  readonly ended_at: number;
  readonly cause: EndingCause;
  readonly reason: string | null;
  readonly ended_by: EndedBy;
  readonly actor: string | null;
  readonly message_count: number;
  readonly listeners_dropped: number;
  readonly operations_aborted: number;
}

export interface MessageColumns {
  readonly id: string;
  readonly channel_id: string;
  readonly seq: number;
  readonly author_id: string;
  readonly is_agent: 0 | 1 | boolean;
  readonly in_reply_to: string | null;
  readonly content: string;
  readonly metadata: string;
  readonly attachments: string | null;
  readonly created_at: number;
}

/**
 * Reads a JSON column. `Value` is the type of the value that this store wrote into it with `JSON.stringify`: nothing else
 * writes these columns, and values were validated before they were stored.
 */
export const parseJson = <Value>(text: string): Value => JSON.parse(text);

export const toSession = (row: SessionColumns): Session => ({
  sessionId: row.session_id,
  channelId: row.channel_id,
  agentId: row.agent_id,
  userId: row.user_id,
  createdAt: row.created_at,
  lastActivity: row.last_activity,
  expiresAt: row.expires_at,
  timeoutConfig: {
    timeoutMinutes: row.timeout_minutes,
    autoRenew: Boolean(row.auto_renew),
    maxDurationMinutes: row.max_duration_minutes,
    warningThresholdMinutes: row.warning_threshold_minutes,
  },
  renewalCount: row.renewal_count,
  metadata: parseJson<JsonObject>(row.metadata),
  lastSeq: row.last_seq,
  messageCount: row.message_count,
});

export const toEndingRecord = (row: EndingColumns): EndingRecord => ({
  sessionId: row.session_id,
  channelId: row.channel_id,
  agentId: row.agent_id,
  userId: row.user_id,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastSeq: row.last_seq,
  endedAt: row.ended_at,
  cause: row.cause,
  reason: row.reason,
  endedBy: row.ended_by,
  actor: row.actor,
  messageCount: row.message_count,
  listenersDropped: row.listeners_dropped,
  operationsAborted: row.operations_aborted,
});

/** The size of a message's content, metadata and attachments as they are stored, in bytes. */
export const storedBytes = ({ content, metadata, attachments }: MessageColumns): number =>
  Buffer.byteLength(content) + Buffer.byteLength(metadata) + Buffer.byteLength(attachments ?? "");

export const toMessage = (row: MessageColumns): Message => ({
  id: row.id,
  channelId: row.channel_id,
  seq: row.seq,
  authorId: row.author_id,
  isAgent: Boolean(row.is_agent),
  inReplyTo: row.in_reply_to,
  content: row.content,
  metadata: parseJson<JsonObject>(row.metadata),
  attachments: row.attachments === null ? null : parseJson<JsonObject[]>(row.attachments),
  createdAt: row.created_at,
});
