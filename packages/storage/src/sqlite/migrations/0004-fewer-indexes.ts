/**
 * Every index costs a write one more page in the log. Session and channel ids are lower case, so that the exact indexes
 * serve a search in any case. Within a channel `created_at` increases with `seq`, so that a time is found by bisection. A
 * session is near its expiry where its warning is due or was given (`warn_at` is null), so that one index counts both.
 */
export const fewerIndexes = /* sql */ `
DROP INDEX messages_by_time;

DROP INDEX sessions_by_id;
DROP INDEX sessions_by_channel;
CREATE INDEX sessions_released_channel ON sessions (channel_id) WHERE holds_channel = 0;
DROP INDEX sessions_by_nearness;
ALTER TABLE sessions DROP COLUMN near_at;
DROP INDEX sessions_by_warning;
CREATE INDEX sessions_by_warning ON sessions (warn_at);

DROP INDEX endings_by_id;
`;
