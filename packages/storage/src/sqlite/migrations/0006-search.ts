/**
 * The index of what was said. A conversation is a channel; the ids of its documents are its number, shifted by 20 bits,
 * plus a count. `search_documents` keeps what was indexed, since a deletion from the index needs the words again. The
 * index removes deleted words from its pages at once (`secure-delete`). Words come folded, so that the tokenizer only has
 * to split them at spaces. Messages are indexed in the order of their rowids up to `message_rowid`; until `old_rowid` they
 * are older than the index and stand for their sessions' metadata as well. The queue has the metadata of new sessions,
 * which is gone from `sessions` after an end.
 */
export const search = /* sql */ `
CREATE TABLE search_conversations (
  number INTEGER PRIMARY KEY,
  channel_id TEXT NOT NULL UNIQUE,
  documents INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE search_documents (id INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE search_index USING fts5 (
  words, content = 'search_documents', content_rowid = 'id', tokenize = 'ascii', detail = none, columnsize = 0,
  prefix = '1 2'
);
INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1);

CREATE TABLE search_position (message_rowid INTEGER NOT NULL, old_rowid INTEGER NOT NULL) STRICT;
INSERT INTO search_position SELECT 0, coalesce(max(rowid), 0) FROM messages;
CREATE TABLE search_queue (id INTEGER PRIMARY KEY, channel_id TEXT NOT NULL, metadata TEXT NOT NULL) STRICT;
CREATE INDEX search_queue_by_channel ON search_queue (channel_id);
INSERT INTO search_queue (channel_id, metadata) SELECT channel_id, metadata FROM sessions WHERE metadata <> '{}';

CREATE INDEX endings_by_actor ON endings (actor, ended_at, session_id) WHERE actor IS NOT NULL;
`;
