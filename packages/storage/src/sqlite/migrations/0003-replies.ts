/**
 * Replies in flight, how replies ended, and idempotency keys of sends. A lapsed reply has a `held_until` in the past. The
 * replies of a session that has ended lapse as well, so that an end does not have to delete them.
 */
export const replies = /* sql */ `
CREATE TABLE replies (
  session_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  in_reply_to TEXT NOT NULL,
  seq INTEGER NOT NULL,
  node_id TEXT NOT NULL,
  cancelled TEXT,
  idempotency_key TEXT,
  held_until INTEGER NOT NULL,
  PRIMARY KEY (session_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX replies_by_lapse ON replies (held_until);

ALTER TABLE messages ADD COLUMN finish_reason TEXT;
ALTER TABLE messages ADD COLUMN input_tokens INTEGER;
ALTER TABLE messages ADD COLUMN output_tokens INTEGER;
ALTER TABLE sessions ADD COLUMN input_tokens INTEGER;
ALTER TABLE sessions ADD COLUMN output_tokens INTEGER;
ALTER TABLE endings ADD COLUMN input_tokens INTEGER;
ALTER TABLE endings ADD COLUMN output_tokens INTEGER;
ALTER TABLE idempotency_keys ADD COLUMN failure TEXT;
`;
