import type { CreateOutcome, IdempotencyKey, Session, SessionDraft } from "@adjourn/sessions";
import { parseJson } from "../../rows/session-rows.js";
import type { SqliteConnection } from "../connection/connection.js";
import { queueMetadata } from "../reading/search-index.js";
import { readBlock } from "../tables/blocks-table.js";
import { insertSession } from "../tables/sessions-table.js";
import { enqueueDeliveries } from "../tables/webhook-outbox.js";

const insertChannel = "INSERT INTO channels (id, user_id, created_at) VALUES (:channelId, :userId, :now)";
const readChannel = "SELECT 1 FROM channels WHERE id = :channelId AND user_id = :userId";

const takeKey = `INSERT INTO idempotency_keys (operation, key, scope, body_hash, session_id, channel_id, created_at)
  VALUES ('createSession', :key, '', :fingerprint, :sessionId, :channelId, :now) ON CONFLICT DO NOTHING`;
const readAnswer = `SELECT answer FROM idempotency_keys
  WHERE operation = 'createSession' AND key = :key AND scope = '' AND body_hash = :fingerprint`;
const keepAnswer = `UPDATE idempotency_keys SET answer = :answer
  WHERE operation = 'createSession' AND key = :key AND scope = ''`;
const freeKey =
  "DELETE FROM idempotency_keys WHERE operation = 'createSession' AND key = :key AND scope = ''";

/** Within a transaction: creates the key, the channel and the session together or not at all. */
export const createSession = (
  connection: SqliteConnection,
  draft: SessionDraft,
  idempotency: IdempotencyKey | null,
  now: number,
): CreateOutcome => {
  const { sessionId, channelId, userId } = draft;
  if (idempotency) {
    const { key, fingerprint } = idempotency;
    const taken = connection.run(takeKey, { key, fingerprint, sessionId, channelId, now });
    if (taken === 0) return answerAgain(connection, draft, idempotency);
  }
  const block = readBlock(connection, userId, now);
  if (block) {
    if (idempotency) connection.run(freeKey, { key: idempotency.key });
    return { outcome: "user_blocked", block };
  }
  if (!draft.continues) connection.run(insertChannel, { channelId, userId, now });
  const session = insertSession(connection, draft, now);
  if (session) queueMetadata(connection, channelId, JSON.stringify(session.metadata));
  if (idempotency) {
    const { key } = idempotency;
    if (session) connection.run(keepAnswer, { key, answer: JSON.stringify(session) });
    else connection.run(freeKey, { key });
  }
  if (session) {
    enqueueDeliveries(connection, { event: "session.created", session }, now);
    return { outcome: "created", session };
  }
  return { outcome: isTheirs(connection, draft) ? "channel_in_use" : "channel_not_found" };
};

const isTheirs = (connection: SqliteConnection, { channelId, userId }: SessionDraft): boolean =>
  connection.get(readChannel, { channelId, userId }) !== undefined;

/** `channel_not_found` takes precedence over `key_reused`. */
const answerAgain = (
  connection: SqliteConnection,
  draft: SessionDraft,
  idempotency: IdempotencyKey,
): CreateOutcome => {
  const session = readCreated(connection, idempotency);
  if (session) return { outcome: "repeated", session };
  return {
    outcome: draft.continues && !isTheirs(connection, draft) ? "channel_not_found" : "key_reused",
  };
};

export const readCreated = (
  connection: SqliteConnection,
  { key, fingerprint }: IdempotencyKey,
): Session | null => {
  const earlier = connection.get<{ answer: string }>(readAnswer, { key, fingerprint });
  return earlier ? parseJson<Session>(earlier.answer) : null;
};
