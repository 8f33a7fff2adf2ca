/**
 * `holds_channel` is 0 for an expired session whose channel a new session has taken and whose ending is not recorded yet.
 * `was_renewed` is whether the last activity renewed the session, since an update returns only the new values.
 * The NOCASE indexes serve case-insensitive searches for the start of an id, and exact lookups.
 */
export const sessions = /* sql */ `
CREATE TABLE channels (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE messages (
  id TEXT NOT NULL PRIMARY KEY,
  channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  author_id TEXT NOT NULL,
  is_agent INTEGER NOT NULL,
  in_reply_to TEXT,
  content TEXT NOT NULL,
  metadata TEXT NOT NULL,
  attachments TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX messages_by_seq ON messages (channel_id, seq);
CREATE UNIQUE INDEX messages_by_time ON messages (channel_id, created_at, seq);

CREATE TABLE sessions (
  session_id TEXT NOT NULL PRIMARY KEY,
  channel_id TEXT NOT NULL,
  holds_channel INTEGER NOT NULL DEFAULT 1,
  agent_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_activity INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  timeout_minutes INTEGER NOT NULL,
  auto_renew INTEGER NOT NULL,
  max_duration_minutes INTEGER NOT NULL,
  warning_threshold_minutes INTEGER NOT NULL,
  near_at INTEGER NOT NULL AS (expires_at - warning_threshold_minutes * 60000) VIRTUAL,
  warn_at INTEGER,
  was_renewed INTEGER NOT NULL DEFAULT 0,
  renewal_count INTEGER NOT NULL DEFAULT 0,
  last_seq INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  message_count INTEGER NOT NULL DEFAULT 0,
  metadata TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX sessions_holding_channel ON sessions (channel_id) WHERE holds_channel = 1;
CREATE INDEX sessions_by_creation ON sessions (created_at, session_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_warning ON sessions (warn_at) WHERE warn_at IS NOT NULL;
CREATE INDEX sessions_by_nearness ON sessions (near_at);
CREATE INDEX sessions_by_id ON sessions (session_id COLLATE NOCASE);
CREATE INDEX sessions_by_channel ON sessions (channel_id COLLATE NOCASE);
CREATE INDEX sessions_by_agent ON sessions (agent_id COLLATE NOCASE, created_at, session_id);
CREATE INDEX sessions_by_user ON sessions (user_id COLLATE NOCASE, created_at, session_id);

CREATE TABLE endings (
  session_id TEXT NOT NULL PRIMARY KEY,
  channel_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  cause TEXT NOT NULL,
  reason TEXT,
  ended_by TEXT NOT NULL,
  actor TEXT,
  message_count INTEGER NOT NULL,
  listeners_dropped INTEGER NOT NULL DEFAULT 0,
  operations_aborted INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX endings_by_time ON endings (ended_at, session_id);
CREATE INDEX endings_by_cause ON endings (cause, ended_at, session_id);
CREATE INDEX endings_by_id ON endings (session_id COLLATE NOCASE);
CREATE INDEX endings_by_channel ON endings (channel_id COLLATE NOCASE);
CREATE INDEX endings_by_agent ON endings (agent_id COLLATE NOCASE, ended_at, session_id);
CREATE INDEX endings_by_user ON endings (user_id COLLATE NOCASE, ended_at, session_id);

CREATE TABLE idempotency_keys (
  operation TEXT NOT NULL,
  key TEXT NOT NULL,
  scope TEXT NOT NULL,
  body_hash TEXT,
  session_id TEXT NOT NULL,
  channel_id TEXT NOT NULL,
  answer TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (operation, key, scope)
) STRICT;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);
CREATE INDEX idempotency_keys_by_channel ON idempotency_keys (channel_id);
`;
