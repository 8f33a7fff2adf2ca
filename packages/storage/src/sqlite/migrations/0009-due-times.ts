/**
 * No index contains what every activity changes, so that a heartbeat or a message writes to the row of its session alone.
 * `due_at` is the index's stand-in for the expiry and the warning: it is never later than either that is still to come, and
 * only the sweeper moves it forward.
 */
export const dueTimes = /* sql */ `
DROP INDEX sessions_by_expiry;
DROP INDEX sessions_by_warning;
ALTER TABLE sessions ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET due_at = coalesce(warn_at, expires_at);
CREATE INDEX sessions_by_due ON sessions (due_at);
CREATE INDEX sessions_warned ON sessions (warn_at) WHERE warn_at IS NULL;
`;
