/**
 * The index of what was said. A conversation is a channel, indexed up to the message `indexed_seq`; erasing the channel
 * removes its documents. The queue has a row for each message that was stored, and the metadata of each new session, which
 * is gone from `sessions` after an end. It has no index, so that a send appends one row and nothing else. An empty
 * metadata stands for a conversation older than the index, whose messages contain its metadata.
 */
export const search = /* sql */ `
CREATE TABLE search_conversations (
  channel_id text COLLATE "C" PRIMARY KEY REFERENCES channels (id) ON DELETE CASCADE,
  indexed_seq bigint NOT NULL DEFAULT 0
);
CREATE TABLE search_documents (
  channel_id text COLLATE "C" NOT NULL REFERENCES search_conversations (channel_id) ON DELETE CASCADE,
  words tsvector NOT NULL
);
CREATE INDEX search_documents_by_channel ON search_documents (channel_id);
CREATE INDEX search_documents_by_word ON search_documents USING gin (words);
CREATE TABLE search_queue (channel_id text COLLATE "C" NOT NULL, metadata text);
INSERT INTO search_queue SELECT id, '' FROM channels;
INSERT INTO search_queue SELECT channel_id, metadata FROM sessions WHERE metadata <> '{}';

CREATE INDEX endings_by_actor ON endings (actor, ended_at, session_id) WHERE actor IS NOT NULL;
`;
