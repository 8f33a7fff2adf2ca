/** `user_key` is the user's id in lower case, since ids are compared without regard to case. */
export const blocks = /* sql */ `
CREATE TABLE blocks (
  user_key TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  until INTEGER,
  reason TEXT,
  blocked_at INTEGER NOT NULL,
  actor TEXT
) WITHOUT ROWID;
CREATE INDEX blocks_by_time ON blocks (blocked_at, user_key);
CREATE INDEX blocks_by_end ON blocks (until) WHERE until IS NOT NULL;
`;
