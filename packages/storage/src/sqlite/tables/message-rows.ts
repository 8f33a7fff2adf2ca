import type { MessageColumns } from "../../rows/session-rows.js";
import { parseJson } from "../../rows/session-rows.js";
import { type Parameters, type SqliteConnection, toRow } from "../connection/connection.js";

const columns = [
  "id",
  "channel_id",
  "seq",
  "author_id",
  "is_agent",
  "in_reply_to",
  "content",
  "metadata",
  "attachments",
  "finish_reason",
  "input_tokens",
  "output_tokens",
  "created_at",
] as const satisfies readonly (keyof MessageColumns)[];

/**
 * A statement that returns the messages of `clauses` as one JSON text. SQLite writes and V8 reads that text in about half
 * the time that the driver takes to convert the values one by one.
 */
export const selectAsJson = (clauses: string): string =>
  `SELECT json_group_array(json_array(${columns.join(", ")})) AS rows FROM (SELECT * FROM messages ${clauses}) AS slice`;

/** The messages of a statement of {@link selectAsJson}, in its order. */
export const readMessageRows = (
  connection: SqliteConnection,
  sql: string,
  parameters: Parameters,
): MessageColumns[] => {
  const json = connection.get<{ rows: string }>(sql, parameters);
  return json
    ? parseJson<unknown[][]>(json.rows).map((values) => toRow<MessageColumns>(columns, values))
    : [];
};
