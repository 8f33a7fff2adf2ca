import type {
  EndedBy,
  EndedVia,
  EndingCause,
  EndingRecord,
  FinishReason,
  JsonObject,
  LastMessage,
  Message,
  PartialText,
  ReplyRecord,
  Session,
  Usage,
} from "@adjourn/sessions";

/** Both null where no model reported its usage. */
export interface UsageColumns {
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
}

/** The columns of `sessions` that the domain reads. SQLite stores booleans as 0 and 1. */
export interface SessionColumns extends UsageColumns {
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

export interface EndingColumns extends UsageColumns {
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
  readonly via: EndedVia | null;
  readonly message_count: number;
  readonly listeners_dropped: number;
  readonly operations_aborted: number;
}

export interface MessageColumns extends UsageColumns {
  readonly id: string;
  readonly channel_id: string;
  readonly seq: number;
  readonly author_id: string;
  readonly is_agent: 0 | 1 | boolean;
  readonly in_reply_to: string | null;
  readonly content: string;
  readonly metadata: string;
  readonly attachments: string | null;
  /** Null for a user's message, and for replies stored before there were reasons. */
  readonly finish_reason: FinishReason | null;
  readonly created_at: number;
}

export interface ReplyColumns {
  readonly message_id: string;
  readonly in_reply_to: string;
  readonly node_id: string;
  readonly cancelled: PartialText | null;
}

/** A send's answer in `idempotency_keys`. The message itself is read from `messages`, so that it can be erased. */
export interface StoredSend {
  readonly messageId: string;
  readonly replyId: string;
  readonly session: Session;
  readonly wasRenewed: boolean;
}

/**
 * Reads a JSON column. `Value` is the type of the value that this store wrote into it with `JSON.stringify`: nothing else
 * writes these columns, and values were validated before they were stored.
 */
export const parseJson = <Value>(text: string): Value => JSON.parse(text);

const toUsage = ({ input_tokens, output_tokens }: UsageColumns): Usage | null =>
  input_tokens === null || output_tokens === null
    ? null
    : { inputTokens: input_tokens, outputTokens: output_tokens };

const usageOfEnding = (row: UsageColumns): { readonly usage?: Usage } => {
  const usage = toUsage(row);
  return usage ? { usage } : {};
};

export const toReplyRecord = (row: ReplyColumns): ReplyRecord => ({
  messageId: row.message_id,
  inReplyTo: row.in_reply_to,
  nodeId: row.node_id,
  cancelled: row.cancelled,
});

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
  ...(row.via ? { via: row.via } : {}),
  messageCount: row.message_count,
  listenersDropped: row.listeners_dropped,
  operationsAborted: row.operations_aborted,
  ...usageOfEnding(row),
});

/** The size of a message's content, metadata and attachments as they are stored, in bytes. */
export const storedBytes = ({ content, metadata, attachments }: MessageColumns): number =>
  Buffer.byteLength(content) + Buffer.byteLength(metadata) + Buffer.byteLength(attachments ?? "");

export const toLastMessage = ({
  content,
  is_agent,
  created_at,
}: Pick<MessageColumns, "content" | "is_agent" | "created_at">): LastMessage => ({
  content,
  isAgent: Boolean(is_agent),
  createdAt: created_at,
});

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
  // Before there were reasons, a reply was stored only if its agent finished it.
  finishReason: row.finish_reason ?? (row.is_agent ? "stop" : null),
  usage: toUsage(row),
  createdAt: row.created_at,
});
