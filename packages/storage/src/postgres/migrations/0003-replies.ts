/**
 * Replies in flight, how replies ended, and idempotency keys of sends. A lapsed reply has a `held_until` in the past. The
 * replies of a session that has ended lapse as well, so that an end does not have to delete them.
 */
export const replies = /* sql */ `
CREATE TABLE replies (
  session_id text COLLATE "C" NOT NULL,
  message_id text COLLATE "C" NOT NULL,
  in_reply_to text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  node_id text NOT NULL,
  cancelled text,
  idempotency_key text COLLATE "C",
  held_until bigint NOT NULL,
  PRIMARY KEY (session_id, seq)
);
CREATE INDEX replies_by_lapse ON replies (held_until);

ALTER TABLE messages ADD COLUMN finish_reason text;
ALTER TABLE messages ADD COLUMN input_tokens bigint;
ALTER TABLE messages ADD COLUMN output_tokens bigint;
ALTER TABLE sessions ADD COLUMN input_tokens bigint;
ALTER TABLE sessions ADD COLUMN output_tokens bigint;
ALTER TABLE endings ADD COLUMN input_tokens bigint;
ALTER TABLE endings ADD COLUMN output_tokens bigint;
ALTER TABLE idempotency_keys ADD COLUMN failure text;
`;
