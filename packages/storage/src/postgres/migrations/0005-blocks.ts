/**
 * `user_key` is the user's id in lower case, since ids are compared without regard to case. `adjourn_block` is the meeting
 * point of a block and a create: it waits for a block of the user that is being written, then reads with a new snapshot,
 * as every statement of a volatile function does. A create holds the lock until its commit, so that a later block finds
 * its session.
 */
export const blocks = /* sql */ `
CREATE TABLE blocks (
  user_key text COLLATE "C" PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL,
  until bigint,
  reason text,
  blocked_at bigint NOT NULL,
  actor text
);
CREATE INDEX blocks_by_time ON blocks (blocked_at, user_key);
CREATE INDEX blocks_by_end ON blocks (until) WHERE until IS NOT NULL;

CREATE FUNCTION adjourn_block_lock(key text) RETURNS bigint LANGUAGE sql STABLE
  AS $$ SELECT hashtextextended('adjourn block ' || current_schema() || ' ' || key, 0) $$;

CREATE FUNCTION adjourn_block(key text) RETURNS SETOF blocks LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(adjourn_block_lock(key));
  RETURN QUERY SELECT * FROM blocks
    WHERE blocks.user_key = key AND (blocks.until IS NULL OR blocks.until > adjourn_now());
END $$;
`;
