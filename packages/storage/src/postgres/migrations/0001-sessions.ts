/**
 * The same tables as in SQLite. A message keeps its session's metadata beside its own, since one statement stores it
 * without having read the session. Times are milliseconds by `adjourn_now()`, the one clock of all nodes. Unlike `now()`,
 * it advances while a statement waits for a row. Ids compare byte by byte, whatever the database's locale.
 */
export const sessions = /* sql */ `
CREATE FUNCTION adjourn_now() RETURNS bigint LANGUAGE sql VOLATILE
  AS $$ SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

CREATE TABLE channels (
  id text COLLATE "C" PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL
);

CREATE TABLE messages (
  id text COLLATE "C" PRIMARY KEY,
  channel_id text COLLATE "C" NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  seq bigint NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  author_id text COLLATE "C" NOT NULL,
  is_agent boolean NOT NULL,
  in_reply_to text COLLATE "C",
  content text NOT NULL,
  session_metadata text NOT NULL,
  metadata text NOT NULL,
  attachments text,
  created_at bigint NOT NULL,
  UNIQUE (channel_id, seq)
);
CREATE UNIQUE INDEX messages_by_time ON messages (channel_id, created_at);

CREATE TABLE sessions (
  session_id text COLLATE "C" PRIMARY KEY,
  channel_id text COLLATE "C" NOT NULL,
  holds_channel boolean NOT NULL DEFAULT true,
  agent_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  last_activity bigint NOT NULL,
  expires_at bigint NOT NULL,
  timeout_minutes bigint NOT NULL,
  auto_renew boolean NOT NULL,
  max_duration_minutes bigint NOT NULL,
  warning_threshold_minutes bigint NOT NULL,
  warn_at bigint,
  was_renewed boolean NOT NULL DEFAULT false,
  renewal_count bigint NOT NULL DEFAULT 0,
  last_seq bigint NOT NULL DEFAULT 0,
  last_at bigint NOT NULL DEFAULT 0,
  message_count bigint NOT NULL DEFAULT 0,
  metadata text NOT NULL
);
CREATE UNIQUE INDEX sessions_holding_channel ON sessions (channel_id) WHERE holds_channel;
CREATE INDEX sessions_by_creation ON sessions (created_at, session_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_warning ON sessions (warn_at) WHERE warn_at IS NOT NULL;
CREATE INDEX sessions_by_nearness ON sessions ((expires_at - warning_threshold_minutes * 60000));
CREATE INDEX sessions_by_agent ON sessions (agent_id, created_at, session_id);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at, session_id);
CREATE INDEX sessions_by_session_start ON sessions (lower(session_id));
CREATE INDEX sessions_by_channel_start ON sessions (lower(channel_id));
CREATE INDEX sessions_by_agent_start ON sessions (lower(agent_id));
CREATE INDEX sessions_by_user_start ON sessions (lower(user_id));

CREATE TABLE endings (
  session_id text COLLATE "C" PRIMARY KEY,
  channel_id text COLLATE "C" NOT NULL,
  agent_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  last_seq bigint NOT NULL,
  ended_at bigint NOT NULL,
  cause text NOT NULL,
  reason text,
  ended_by text NOT NULL,
  actor text,
  message_count bigint NOT NULL,
  listeners_dropped bigint NOT NULL DEFAULT 0,
  operations_aborted bigint NOT NULL DEFAULT 0
);
CREATE INDEX endings_by_time ON endings (ended_at, session_id);
CREATE INDEX endings_by_cause ON endings (cause, ended_at, session_id);
CREATE INDEX endings_by_channel ON endings (channel_id);
CREATE INDEX endings_by_agent ON endings (agent_id, ended_at, session_id);
CREATE INDEX endings_by_user ON endings (user_id, ended_at, session_id);
CREATE INDEX endings_by_session_start ON endings (lower(session_id));
CREATE INDEX endings_by_channel_start ON endings (lower(channel_id));
CREATE INDEX endings_by_agent_start ON endings (lower(agent_id));
CREATE INDEX endings_by_user_start ON endings (lower(user_id));

CREATE TABLE idempotency_keys (
  operation text NOT NULL,
  key text COLLATE "C" NOT NULL,
  scope text COLLATE "C" NOT NULL,
  body_hash text,
  session_id text COLLATE "C" NOT NULL,
  channel_id text COLLATE "C" NOT NULL,
  answer text,
  created_at bigint NOT NULL,
  PRIMARY KEY (operation, key, scope)
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);
CREATE INDEX idempotency_keys_by_channel ON idempotency_keys (channel_id);
`;
