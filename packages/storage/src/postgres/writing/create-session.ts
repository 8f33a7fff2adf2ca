import type { CreateOutcome, IdempotencyKey, Session, SessionDraft } from "@adjourn/sessions";
import { parseJson, type SessionColumns, toSession } from "../../rows/session-rows.js";
import { firstExpiry, nextWarnAt, warningTime } from "../../sql/timeout-rules.js";
import type { PostgresDatabase } from "../connection/database.js";
import type { Parameters } from "../connection/named-parameters.js";
import type { Queryable } from "../connection/queryable.js";
import { queueMetadata } from "../reading/search-index.js";
import { readBlock } from "../tables/blocks-table.js";
import { dueAt } from "../tables/sessions-table.js";
import { withDeliveries } from "../tables/webhook-outbox.js";

const warnAt = nextWarnAt(warningTime("at.expiry", ":warningThresholdMinutes::bigint"), "at.now", "false");

/** All of the session's times come from one reading of the clock. */
const newSession = (
  condition: string,
): string => `SELECT :sessionId, :channelId, :agentId, :userId, at.now, at.now, at.expiry,
    :timeoutMinutes::bigint, :autoRenew::boolean, :maxDurationMinutes::bigint, :warningThresholdMinutes::bigint,
    ${warnAt}, ${dueAt("at.expiry", warnAt)}, :metadata
  FROM (SELECT clock.now,
      ${firstExpiry("least", "clock.now", ":timeoutMinutes::bigint", ":maxDurationMinutes::bigint")} AS expiry
    FROM (SELECT adjourn_now() AS now) AS clock) AS at
  WHERE ${condition}
  ON CONFLICT (channel_id) WHERE holds_channel DO NOTHING RETURNING *`;

const insertSession = (
  condition: string,
): string => `INSERT INTO sessions (session_id, channel_id, agent_id, user_id, created_at, last_activity,
    expires_at, timeout_minutes, auto_renew, max_duration_minutes, warning_threshold_minutes, warn_at, due_at,
    metadata)
  ${newSession(condition)}`;

const statements = {
  /** Nothing is inserted where a block holds. */
  onNewChannel: `WITH block AS MATERIALIZED (SELECT 1 FROM adjourn_block(:userKey)),
    channel AS (
      INSERT INTO channels (id, user_id, created_at)
      SELECT :channelId, :userId, adjourn_now() WHERE NOT EXISTS (SELECT FROM block)),
    ${queueMetadata("NOT EXISTS (SELECT FROM block)")}
    ${insertSession("NOT EXISTS (SELECT FROM block)")}`,
  lockChannel: "SELECT 1 FROM channels WHERE id = :channelId AND user_id = :userId FOR NO KEY UPDATE",
  freeChannel: `UPDATE sessions SET holds_channel = false
    WHERE channel_id = :channelId AND holds_channel AND expires_at <= adjourn_now()`,
  onOldChannel: insertSession("true"),
  queueMetadata: `WITH ${queueMetadata("true")} SELECT 1`,
  /** The insert may have waited for the previous session, whose last messages are not in its snapshot. */
  continueSeq: `UPDATE sessions SET
      last_seq = coalesce((SELECT max(seq) FROM messages WHERE channel_id = :channelId), 0),
      last_at = coalesce((SELECT max(created_at) FROM messages WHERE channel_id = :channelId), 0)
    WHERE session_id = :sessionId RETURNING *`,
  takeKey: `INSERT INTO idempotency_keys (operation, key, scope, body_hash, session_id, channel_id, created_at)
    VALUES ('createSession', :key, '', :fingerprint, :sessionId, :channelId, adjourn_now())
    ON CONFLICT DO NOTHING RETURNING 1`,
  readAnswer: `SELECT answer FROM idempotency_keys
    WHERE operation = 'createSession' AND key = :key AND scope = '' AND body_hash = :fingerprint`,
  readChannel: "SELECT 1 FROM channels WHERE id = :channelId AND user_id = :userId",
  keepAnswer: `UPDATE idempotency_keys SET answer = :answer
    WHERE operation = 'createSession' AND key = :key AND scope = ''`,
} as const;

/** Rolls the transaction back and carries the outcome. */
class Refusal extends Error {
  constructor(readonly outcome: CreateOutcome) {
    super(outcome.outcome);
  }
}

export const createSession = async (
  database: PostgresDatabase,
  draft: SessionDraft,
  idempotency: IdempotencyKey | null,
): Promise<CreateOutcome> => {
  if (!draft.continues && !idempotency) return createOnNewChannel(database, draft);
  try {
    return await database.transaction(async (transaction) => {
      const repeated = idempotency && (await takeKey(transaction, draft, idempotency));
      if (repeated) return repeated;
      const block = await readBlock(transaction, draft.userId);
      if (block) return refuse({ outcome: "user_blocked", block });
      const session = draft.continues
        ? await insertOnOldChannel(transaction, draft)
        : ((await insertOnNewChannel(transaction, draft)) ?? missing(draft.sessionId));
      if (idempotency)
        await transaction.all(statements.keepAnswer, {
          key: idempotency.key,
          answer: JSON.stringify(session),
        });
      return { outcome: "created", session };
    });
  } catch (error) {
    if (error instanceof Refusal) return error.outcome;
    throw error;
  }
};

const refuse = (outcome: CreateOutcome): never => {
  throw new Refusal(outcome);
};

const missing = (sessionId: string): never => {
  throw new Error(`Session ${sessionId} was not inserted`);
};

/** One statement, without a transaction around it. */
const createOnNewChannel = async (
  database: PostgresDatabase,
  draft: SessionDraft,
): Promise<CreateOutcome> => {
  for (;;) {
    const session = await insertOnNewChannel(database, draft);
    if (session) return { outcome: "created", session };
    const block = await readBlock(database, draft.userId);
    if (block) return { outcome: "user_blocked", block };
    // The block ended between the two statements.
  }
};

/** Waits for a concurrent create with the key. @returns its outcome, undefined where this call took the key */
const takeKey = async (
  transaction: Queryable,
  { sessionId, channelId, userId, continues }: SessionDraft,
  idempotency: IdempotencyKey,
): Promise<CreateOutcome | undefined> => {
  const { key, fingerprint } = idempotency;
  const taken = await transaction.get(statements.takeKey, { key, fingerprint, sessionId, channelId });
  if (taken) return undefined;
  const session = await readCreated(transaction, idempotency);
  if (session) return { outcome: "repeated", session };
  // `channel_not_found` takes precedence over `key_reused`.
  const isFound = !continues || (await transaction.get(statements.readChannel, { channelId, userId }));
  return { outcome: isFound ? "key_reused" : "channel_not_found" };
};

export const readCreated = async (
  database: Queryable,
  { key, fingerprint }: IdempotencyKey,
): Promise<Session | null> => {
  const earlier = await database.get<{ answer: string }>(statements.readAnswer, { key, fingerprint });
  return earlier ? parseJson<Session>(earlier.answer) : null;
};

const toParameters = (draft: SessionDraft): Parameters => ({
  sessionId: draft.sessionId,
  channelId: draft.channelId,
  agentId: draft.agentId,
  userId: draft.userId,
  userKey: draft.userId.toLowerCase(),
  ...draft.timeoutConfig,
  metadata: JSON.stringify(draft.metadata),
});

/** @returns undefined where a block holds */
const insertOnNewChannel = async (database: Queryable, draft: SessionDraft): Promise<Session | undefined> => {
  const create = withDeliveries(database, "session.created", statements.onNewChannel, "INSERT INTO sessions");
  const row = await database.get<SessionColumns>(create, toParameters(draft));
  return row && toSession(row);
};

/** The lock prevents the channel from being erased meanwhile; messages can still be stored on it. */
const insertOnOldChannel = async (transaction: Queryable, draft: SessionDraft): Promise<Session> => {
  const { sessionId, channelId, userId } = draft;
  if (!(await transaction.get(statements.lockChannel, { channelId, userId })))
    return refuse({ outcome: "channel_not_found" });
  await transaction.all(statements.freeChannel, { channelId });
  if (!(await transaction.get(statements.onOldChannel, toParameters(draft))))
    return refuse({ outcome: "channel_in_use" });
  await transaction.all(statements.queueMetadata, { channelId, metadata: JSON.stringify(draft.metadata) });
  const settle = withDeliveries(transaction, "session.created", statements.continueSeq, "UPDATE sessions");
  const row = await transaction.get<SessionColumns>(settle, { sessionId, channelId });
  return row ? toSession(row) : missing(sessionId);
};
