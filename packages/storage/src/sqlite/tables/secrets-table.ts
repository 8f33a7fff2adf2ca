import type { SqliteConnection } from "../connection/connection.js";

const statements = {
  keep: "INSERT INTO secrets (name, value) VALUES ('signing', :candidate) ON CONFLICT DO NOTHING",
  read: "SELECT value FROM secrets WHERE name = 'signing'",
} as const;

/** Within a transaction. */
export const readOrCreateSecret = (connection: SqliteConnection, candidate: string): string => {
  connection.run(statements.keep, { candidate });
  const row = connection.get<{ value: string }>(statements.read);
  if (!row) throw new Error("The secret was not kept");
  return row.value;
};
